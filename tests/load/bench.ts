import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkedAnswers } from './bench/answers.ts';
import { startBenchGateway, type BenchGateway } from './bench/gateway.ts';
import { runInProcess } from './bench/in-process.ts';
import { observeShare, type ObserveShare } from './bench/observe-share.ts';
import { describe, printTable, summarize, writeReport, type Measurement } from './bench/report.ts';
import { fileStem, scenarios, type Scenario } from './bench/scenarios.ts';
import { runGrpcLoad, writeGrpcLoad } from './bench/grpc-load.ts';
import { requireWrk, runWrk, writeWrkScript, type LoadResult } from './bench/wrk.ts';

// Measures the gateway beside the plain loop over `session.run()`, in interleaved rounds, and writes docs/benchmarks/.
// make bench [ARGS="--rounds 5 --seconds 3 --dry"]
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '3' },
    dry: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
const seconds = Number(values.seconds);
/** The gateway with its runner, and the plain loop, on one core; the load generator on the other. */
const serverCore = 0;
const loadCore = 1;

async function measure(folder: string): Promise<Measurement[]> {
  const measurements: Measurement[] = [];
  const gateway = await startBenchGateway({
    models: [...new Set(scenarios.map(({ model }) => model))],
    core: serverCore,
  });
  try {
    const prepared = [];
    for (const scenario of scenarios) {
      const { outputs } = await runInProcess(folder, scenario, 0.1, serverCore);
      const answers = await checkedAnswers(gateway, scenario, outputs);
      const load = await prepareLoad(folder, gateway, scenario, answers);
      await load(scenario.clientCounts[1] ?? 1, 5);
      prepared.push({ scenario, outputs, load });
    }
    for (let round = 1; round <= rounds; round += 1) {
      for (const { scenario, load: run } of prepared) {
        const inProcess = await runInProcess(folder, scenario, seconds, serverCore);
        for (const clients of scenario.clientCounts) {
          const cpuBefore = gateway.cpuSeconds();
          const load = await run(clients, seconds);
          const cpuUs = ((gateway.cpuSeconds() - cpuBefore) * 1e6) / load.requests;
          const measured = { model: scenario.model, wire: scenario.wire, clients, cpuUs, inProcess, load };
          measurements.push(measured);
          console.log(`round ${round}/${rounds}: ${describe(measured)}`);
        }
      }
    }
    for (const { scenario, outputs } of prepared) await checkedAnswers(gateway, scenario, outputs);
    return measurements;
  } finally {
    await gateway.stop();
  }
}

/** What sends the requests of a scenario for some seconds. */
async function prepareLoad(
  folder: string,
  { url, grpcUrl }: BenchGateway,
  scenario: Scenario,
  answers: readonly Buffer[],
): Promise<(clients: number, seconds: number) => Promise<LoadResult>> {
  if (scenario.wire === 'gRPC') {
    const file = await writeGrpcLoad(folder, scenario, answers);
    return (clients, seconds) => runGrpcLoad({ url: grpcUrl, file, clients, seconds, core: loadCore });
  }
  const script = await writeWrkScript(folder, scenario, answers);
  return (clients, seconds) => runWrk({ url, script, clients, seconds, core: loadCore });
}

/** A gateway of its own under the profiler: the profiler must not slow the measured one. */
async function profileObservation(folder: string): Promise<ObserveShare> {
  const [scenario] = scenarios;
  if (scenario === undefined) throw new Error('there is no scenario to profile');
  const nodeArguments = ['--cpu-prof', '--cpu-prof-interval', '200', '--cpu-prof-dir', folder];
  const gateway = await startBenchGateway({ models: [scenario.model], core: serverCore, nodeArguments });
  try {
    const script = join(folder, `${fileStem(scenario)}.lua`);
    await runWrk({ url: gateway.url, script, clients: 32, seconds: 8, core: loadCore });
  } finally {
    await gateway.stop();
  }
  const profile = (await readdir(folder)).find((file) => file.endsWith('.cpuprofile'));
  if (profile === undefined) throw new Error('the gateway left no CPU profile');
  return observeShare(join(folder, profile), ['telemetry/observer.ts', 'telemetry/histogram.ts']);
}

if (availableParallelism() < 2) throw new Error('two cores are needed: one for the server, one for the load generator');
const [loadBefore = 0] = loadavg();
const wrkVersion = requireWrk();
const folder = await mkdtemp(join(tmpdir(), 'cluster-ai-bench-'));
try {
  const measurements = await measure(folder);
  const observation = await profileObservation(folder);
  const rows = summarize(measurements);
  printTable(rows, observation);
  if (!values.dry) {
    await writeReport({
      rows,
      observation,
      rounds,
      seconds,
      wrkVersion,
      loadBefore,
      checked: measurements.reduce((sum, { load }) => sum + load.checked, 0),
    });
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
