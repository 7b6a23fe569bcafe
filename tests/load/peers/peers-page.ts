import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { barChart } from '../bench/charts.ts';
import { markdown, type Table } from '../bench/tables.ts';
import { benchmarkFolder, type Facts } from '../bench/write-report.ts';
import { ours, type Comparison, type Footprint } from './compare.ts';
import type { PeerRound } from './measure-server.ts';

export interface PeersReport {
  readonly facts: Facts;
  readonly clientCounts: readonly number[];
  readonly comparisons: readonly Comparison[];
  readonly footprints: readonly Footprint[];
  /** What could not be installed or started, with the error. */
  readonly absent: readonly { readonly server: string; readonly problem: string }[];
  readonly rounds: readonly PeerRound[];
}

export function comparisonTable(comparisons: readonly Comparison[]): Table {
  const header = ['server', 'model', 'sent as', 'p99 ms of both', `${ours}/s`, 'theirs/s', 'ratio', 'floor', ''];
  const lines = comparisons.map((each) => [
    each.server,
    each.model,
    each.wire,
    String(each.limitMs),
    String(each.oursPerSecond),
    String(each.theirsPerSecond),
    each.ratio.toFixed(2),
    `≥ ${each.floor} x`,
    each.ratio >= each.floor ? 'met' : 'missed',
  ]);
  return [header, ...lines];
}

export function footprintTable(footprints: readonly Footprint[]): Table {
  const header = ['server', 'PSS MiB', 'RSS MiB', 'first answers after ms', `${ours} has less memory`, 'starts faster'];
  const own = footprints.find(({ server }) => server === ours);
  const than = (pick: (footprint: Footprint) => number, other: Footprint): string => {
    if (own === undefined || other === own) return '';
    return pick(own) < pick(other) ? 'yes' : 'no';
  };
  const lines = footprints.map((each) => [
    each.server,
    ...[each.pssMiB, each.rssMiB, each.coldStartMs].map(String),
    than(({ pssMiB }) => pssMiB, each),
    than(({ coldStartMs }) => coldStartMs, each),
  ]);
  return [header, ...lines];
}

export async function writePeersReport(report: PeersReport): Promise<void> {
  await writeFile(join(benchmarkFolder, 'peers.json'), `${JSON.stringify(report, null, 1)}\n`);
  await writeFile(join(benchmarkFolder, 'peers.md'), page(report));
  const chart = barChart({
    title: 'Requests a second at equal p99, as a multiple of the other server',
    bars: report.comparisons.map(({ server, model, wire, ratio }) => ({
      label: `${server}, ${model}, ${wire}`,
      value: ratio,
    })),
    unit: 'x',
    mark: { label: 'equal', value: 1 },
    scale: 'linear',
  });
  await writeFile(join(benchmarkFolder, 'peers.svg'), chart);
}

function page({ facts, clientCounts, comparisons, footprints, absent }: PeersReport): string {
  const versions = Object.entries(facts.versions).map(([name, version]) => `${name} ${version}`);
  return `# Other servers beside this one

Written by \`make bench-peers\`; all points for programs are in [peers.json](peers.json). The gateway alone: [README.md](README.md).

![requests a second at equal p99](peers.svg)

${markdown(comparisonTable(comparisons), 3)}

- **At equal p99**: where the other server is fastest, among ${clientCounts.join(', ')} clients, its p99 is the limit, and what we answer within the
  same p99 is read off the line between our points around it. Where we keep it nowhere, the limit is our own lowest. Where the
  other is fastest with one client, the limit is what one client waits, which we keep with few clients of our own.
- **The same for all**: models, requests, two cores shared with wrk, nobody pinned; each server is started anew in each round, one after
  the other; medians over ${facts.rounds} rounds of ${facts.seconds} s for each number of clients. Numbers of the convolution go in binary to whoever takes them
  so over HTTP, else in JSON; ours are sent the same way.
- **As they come**: one worker process, no batching of their own configured; models by ONNX Runtime with one thread, in a handler in Python where the
  server asks for one. Ours: one gateway and one runner, keys and limits on.
- **Checked**: every answer byte for byte with the same request's answer when it was sent alone (${facts.checked.toLocaleString('en')} answers), and those, before
  and after, number by number with ONNX Runtime, to 0.00001.

## Memory and start

${markdown(footprintTable(footprints), 1)}

Memory of all processes of a server after its loads, three models loaded. The time is from the start of its process until it has
answered one request of each model.

Ours are two processes with a JavaScript heap each, and a thread with one more for each model; what its load adds is told in
[where the time goes](where-the-time-goes.md#where-the-memory-goes). Before its first answers ours has started five processes: itself,
one for each model to try it out, two at once, and the runner that serves them. Those that start sooner start one, and take a model as it is.

## Not measured

${absent.length === 0 ? 'Nothing is missing.' : absent.map(({ server, problem }) => `- **${server}**: ${problem}`).join('\n')}

## Repeat it

\`\`\`
make bench-peers                                                # about ${Math.ceil(facts.minutes)} minutes; installs each into .tools/peers/
make bench-peers ARGS="--only mlserver,litserve --rounds 1 --seconds 1 --dry"  # whether it works
\`\`\`

Machine: ${facts.machine}. Versions: ${versions.join(', ')}; those of the others are in \`tests/load/peers/*/requirements.lock\`.
Measured ${facts.measuredAt.slice(0, 10)}.
`;
}
