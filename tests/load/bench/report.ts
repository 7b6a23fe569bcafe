import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { arch, cpus, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { repository } from '../../start-platform.ts';
import type { InProcessResult } from './in-process.ts';
import type { ObserveShare } from './observe-share.ts';
import type { LoadResult } from './wrk.ts';

/** One load of one round, with the plain loop of the same round. */
export interface Measurement {
  readonly model: string;
  readonly wire: string;
  readonly clients: number;
  readonly load: LoadResult;
  readonly inProcess: Pick<InProcessResult, 'runsPerSecond' | 'cpuUsPerRun'>;
  /** CPU time of gateway and runner for one request, microseconds. */
  readonly cpuUs: number;
}

export function describe({ model, wire, clients, load, inProcess, cpuUs }: Measurement): string {
  const { requestsPerSecond, p50Ms, p99Ms } = load;
  const ratio = (requestsPerSecond / inProcess.runsPerSecond).toPrecision(2);
  return `${model} (${wire}), ${clients} clients: ${Math.round(requestsPerSecond)}/s = ${ratio} x ${Math.round(inProcess.runsPerSecond)}/s, p50 ${p50Ms.toFixed(2)} ms, p99 ${p99Ms.toFixed(2)} ms, CPU ${cpuUs.toFixed(1)} µs against ${inProcess.cpuUsPerRun.toFixed(1)} µs`;
}

/** One model at one number of clients, over all rounds. */
export interface Row {
  readonly model: string;
  readonly wire: string;
  readonly clients: number;
  readonly gatewayPerSecond: number;
  readonly inProcessPerSecond: number;
  /** Median of the rounds' ratios, which is steadier than the ratio of medians on a machine with neighbours. */
  readonly ratio: number;
  readonly ratios: readonly number[];
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** CPU time of gateway and runner for one request, microseconds: other programs on the machine disturb it little. */
  readonly cpuUs: number;
  /** CPU time of one run of the plain loop, microseconds. */
  readonly inProcessCpuUs: number;
}

export function summarize(measurements: readonly Measurement[]): Row[] {
  const groups = Map.groupBy(measurements, ({ model, wire, clients }) => `${model} ${wire} ${clients}`);
  return Array.from(groups.values(), (group) => {
    const of = (pick: (measurement: Measurement) => number): number => rounded(median(group.map(pick)));
    const ratios = group.map(({ load, inProcess }) => rounded(load.requestsPerSecond / inProcess.runsPerSecond));
    const [first] = group;
    return {
      model: first?.model ?? '',
      wire: first?.wire ?? '',
      clients: first?.clients ?? 0,
      gatewayPerSecond: of(({ load }) => load.requestsPerSecond),
      inProcessPerSecond: of(({ inProcess }) => inProcess.runsPerSecond),
      ratio: rounded(median(ratios)),
      ratios,
      p50Ms: of(({ load }) => load.p50Ms),
      p99Ms: of(({ load }) => load.p99Ms),
      cpuUs: of(({ cpuUs }) => cpuUs),
      inProcessCpuUs: of(({ inProcess }) => inProcess.cpuUsPerRun),
    };
  });
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

/** Three digits are more than a shared machine can repeat. */
function rounded(value: number): number {
  return Number(value.toPrecision(3));
}

function table(rows: readonly Row[]): string[][] {
  const header = [
    'model',
    'sent as',
    'clients',
    'gateway/s',
    'in-process/s',
    'ratio',
    'p50 ms',
    'p99 ms',
    'CPU µs',
    'in-process CPU µs',
  ];
  const lines = rows.map((row) => [
    row.model,
    row.wire,
    String(row.clients),
    String(row.gatewayPerSecond),
    String(row.inProcessPerSecond),
    // That of a picture has its first digit far behind the point.
    row.ratio < 0.1 ? row.ratio.toPrecision(2) : row.ratio.toFixed(2),
    row.p50Ms.toFixed(2),
    row.p99Ms.toFixed(2),
    row.cpuUs.toFixed(1),
    row.inProcessCpuUs.toFixed(1),
  ]);
  return [header, ...lines];
}

export function printTable(rows: readonly Row[], observation: ObserveShare): void {
  const lines = table(rows);
  const widths = (lines[0] ?? []).map((_cell, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  console.log('');
  for (const line of lines) console.log(line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
  console.log(
    `\nshare of the gateway's busy time in telemetry: ${percent(observation.share)} (profile of ${observation.busySeconds.toFixed(1)} busy seconds)`,
  );
}

export interface Report {
  readonly rows: readonly Row[];
  readonly observation: ObserveShare;
  readonly rounds: number;
  readonly seconds: number;
  readonly wrkVersion: string;
  /** Answers under load that were compared. */
  readonly checked: number;
  /** Programs that wanted a core in the minute before: 0 on a quiet machine. */
  readonly loadBefore: number;
}

/** Writes the figures for programs and for people. */
export async function writeReport(report: Report): Promise<void> {
  const folder = join(repository, 'docs/benchmarks');
  await mkdir(folder, { recursive: true });
  const facts = {
    measuredAt: new Date().toISOString(),
    machine: `${cpus().length} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB, ${type()} ${arch()}`,
    versions: {
      clusterAi: await versionIn('package.json'),
      node: process.versions.node,
      onnxruntimeNode: await versionIn('node_modules/onnxruntime-node/package.json'),
      wrk: report.wrkVersion,
    },
  };
  await writeFile(join(folder, 'latest.json'), `${JSON.stringify({ ...facts, ...report }, null, 2)}\n`);
  await writeFile(join(folder, 'README.md'), page(report, facts));
}

async function versionIn(path: string): Promise<string> {
  return (JSON.parse(await readFile(join(repository, path), 'utf8')) as { readonly version: string }).version; // A package.json has one.
}

function page(
  report: Report,
  facts: { readonly measuredAt: string; readonly machine: string; readonly versions: Readonly<Record<string, string>> },
): string {
  const [header = [], ...lines] = table(report.rows);
  const { versions } = facts;
  return `# Benchmarks

Written by \`make bench\`; the same figures for programs are in [latest.json](latest.json).

${markdownTable(header, lines)}

- **ratio**: requests a second through the gateway, divided by the runs a second of one thread that awaits the public
  \`session.run()\` in a loop without any server, in the same round; the median over ${report.rounds} rounds. Trust ratios to about
  20 %, absolute figures not at all: they are this machine's.
- **gateway**: the whole data plane. HTTP/1.1, keys and limits, routing, validation, merging of requests, the hop to a runner
  process and back, metrics, and the answer. Gateway and runner share one core, the load generator has the other.
- **CPU**: CPU time of gateway and runner for one request, and of one run of the plain loop. It says what a request costs
  when it does not have the machine to itself.
- **Checked**: every answer under load was compared byte for byte with the answer to the same request sent alone
  (${report.checked.toLocaleString('en')} answers), and those, before and after, number by number with ONNX Runtime without a server.
- **Observation**: ${percent(report.observation.share)} of the gateway's busy time is spent in its telemetry, by a CPU profile under 32 clients.

Machine: ${facts.machine}. Versions: Cluster AI ${versions['clusterAi']}, Node ${versions['node']}, onnxruntime-node ${versions['onnxruntimeNode']}, wrk ${versions['wrk']}.
Measured ${facts.measuredAt.slice(0, 10)}, ${report.rounds} rounds of ${report.seconds} s for each line. ${neighbours(report.loadBefore)}

## Repeat it

\`\`\`
make bench                                   # about eight minutes, two cores, nothing else running
make bench ARGS="--rounds 9 --seconds 5"     # steadier
make bench ARGS="--dry"                      # prints only
\`\`\`

The load generator is \`wrk\` (Debian: package \`wrk\`); \`make bench\` installs it when it is missing, and says so first.
\`wrk\` speaks no gRPC: there it is a Node program, \`tests/load/grpc-load.ts\`, which is slower, so that its figures are the
least that the gateway can do. A picture is a tensor of 1x3x224x224.
`;
}

/** Says what the reader must know before believing a figure. */
function neighbours(loadBefore: number): string {
  if (loadBefore < 0.5) return 'The machine was quiet.';
  return `The machine was **not** quiet: other programs wanted ${loadBefore.toFixed(1)} cores in the minute before.`;
}

function markdownTable(header: readonly string[], lines: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [row(header), row(header.map((_cell, column) => (column < 2 ? '---' : '--:'))), ...lines.map(row)].join('\n');
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
