import { percent } from './print-results.ts';
import { loadTable, markdown, openTable, serverTable, startTable, verdictTable } from './tables.ts';
import type { Facts, Report } from './write-report.ts';

/** The page for people. @param hasPeers whether that of the other servers lies beside it. */
export function benchPage({ facts, verdicts, results }: Report, hasPeers: boolean): string {
  const { rows, open, edges, wholePaths, starts, observation } = results;
  return `# Benchmarks

Written by \`make bench\`; the same figures for programs are in [latest.json](latest.json). ${hasPeers ? 'Other servers beside this one: [peers.md](peers.md), written by `make bench-peers`.' : 'Other servers beside this one are measured by `make bench-peers`.'}
Numbers in JSON beside \`JSON.parse\`: \`make bench-json\`.

## What it must show

A floor must hold; a goal is what we are after.

${markdown(verdictTable(verdicts), 1)}

## Throughput and latency

![requests a second beside the plain loop](ratio.svg)

${markdown(loadTable(rows), 3)}

- **ratio**: requests a second through the gateway, divided by the runs a second of one thread that awaits the public
  \`session.run()\` in a loop without any server, in the same round, for those that are judged right before; the median over ${facts.rounds} rounds. Trust ratios to about
  20 %, absolute figures not at all: they are this machine's. The **private call** is the synchronous one underneath,
  which onnxruntime-node does not publish.
- **gateway**: the whole data plane: servers, keys and limits, routing, validation, merging of requests, the hop to a runner
  process and back, metrics, and the answer. \`two gateways\` are two of these on one port, as
  \`cluster-ai up --gateways 2\` starts them. \`inline\` runs small models inside the gateway; \`plain servers\` are Node's
  HTTP server and grpc-js; \`unbatched\` merges no requests.
- **Cores**: gateway, runner and load generator share two cores, and nobody is pinned, as the loop is not. Only servers
  alone are.
- **Warm**: before each load that counts, a second of the same load, and before the first round three seconds of each whose ratio
  is judged; the loop is warmed in the same way.
- **CPU**: CPU time of gateway and runner for one request, and of one run of the plain loop. It says what a request costs
  when it does not have the machine to itself.
- **Checked**: every answer under load was compared byte for byte with the answer to the same request sent alone
  (${facts.checked.toLocaleString('en')} answers), and those, before and after, number by number with ONNX Runtime without a server. Only
  h2load, which is the one client over gRPC and the load of gRPC servers alone, compares no answers: it counts their bytes.
- **Observation**: ${percent(observation.share)} of the gateway's busy time is spent in its telemetry, by a CPU profile under 32 clients.

## One client

![what one client waits beyond the run itself](added.svg)

The gateway's p50 without the plain loop's; the client is wrk, and h2load over gRPC, whose own time is in it. Most of what is left
on a virtual machine is the time to wake cores that sleep: where the gateway may, it keeps them awake meanwhile
([decision 38](../decisions/0038-cores-that-stay-awake.md)); the last lines of this page say whether it could.

## Tails

![p99 at parts of capacity](tails.svg)

${markdown(openTable(open), 2)}

Requests are sent when they are due, at random as independent clients do it, whether or not others were answered, and
latencies count from then: what a stalled server keeps waiting is not left out. Capacity is what the same generator
reaches with 256 clients that wait, in the same round. The first quarter of each load is checked and not counted: the
generator is a program that has just begun. Its own delay, in the last column, is part of the
latencies that count.

## Servers alone, and under the whole path

${markdown(serverTable(edges, wholePaths), 2)}

**Alone**: a handler that takes the request whole and answers fixed bytes, pinned to one core, its load on the other: wrk
with 32 connections; h2load with 4 connections of 16 calls each. **Whole**: iris through the gateway, two cores shared.

## Start and memory

${markdown(startTable(starts), 1)}

A gateway with one model, from the start of its process until it is ready to answer, runner started, model loaded and
tried; and the memory of both after a second of 32 clients. PSS divides pages that processes share among them. \`session alone\` is \`InferenceSession.create()\` in a
process that does nothing else, the first of its kind there.

## Repeat it

\`\`\`
make bench                                   # about ${Math.ceil(facts.minutes)} minutes, two cores, nothing else running
make bench ARGS="--rounds 9 --seconds 3"     # steadier
make bench ARGS="--rounds 1 --dry"           # prints only
\`\`\`

The load generators are \`wrk\` and \`h2load\` (Debian: packages \`wrk\` and \`nghttp2-client\`); \`make bench\` installs them when they are
missing, and says so first. \`wrk\` speaks no gRPC, \`h2load\` compares no answers, and neither sends requests when they are due: what needs that
is \`tests/load/checking-load.ts\`, which is slower, so that its figures are the least that the gateway can do.

The models: iris and MNIST of this repository; a convolution of 40 million operations for a picture of 3x64x64 in 49 KB; ten matrices of
1024x1024, 42 MB of weights; the means of a picture of 1x3x224x224, which is all carrying. The last three are written
from a seed by \`tests/load/bench/bench-models.ts\`.

Machine: ${facts.machine}. Versions: ${Object.entries(facts.versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ')}.
Measured ${facts.measuredAt.slice(0, 10)}, ${facts.rounds} rounds of ${facts.seconds} s for each line. ${neighbours(facts)}
`;
}

/** Says what the reader must know before believing a figure. */
function neighbours({ loadBefore }: Pick<Facts, 'loadBefore'>): string {
  if (loadBefore < 0.5) return 'The machine was quiet.';
  return `The machine was **not** quiet: other programs wanted ${loadBefore.toFixed(1)} cores in the minute before.`;
}
