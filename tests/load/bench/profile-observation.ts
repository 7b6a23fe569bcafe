import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startBenchGateway } from './gateway.ts';
import { readCpuProfile } from './cpu-profile.ts';
import { flameGraph } from './flame-graph.ts';
import { observeShare, type ObserveShare } from './observe-share.ts';
import { fileStem, scenarioOf } from './scenarios.ts';
import { runWrk } from './wrk.ts';

export interface Profiled {
  readonly observation: ObserveShare;
  /** Where the time of the gateway's main thread went, as SVG. */
  readonly flame: string;
}

const clients = 32;

/** A gateway of its own under the profiler: the profiler must not slow the measured one. The load must have been written. */
export async function profileObservation(folder: string): Promise<Profiled> {
  const nodeArguments = ['--cpu-prof', '--cpu-prof-interval', '200', '--cpu-prof-dir', folder];
  const gateway = await startBenchGateway({ models: ['iris'], variant: 'shared', nodeArguments, fromSources: true });
  try {
    const script = join(folder, `${fileStem(scenarioOf('iris', 'JSON'))}.lua`);
    await runWrk({ url: gateway.url, script, clients, seconds: 8, core: null });
  } finally {
    await gateway.stop();
  }
  const profile = (await readdir(folder)).find((file) => file.endsWith('.cpuprofile'));
  if (profile === undefined) throw new Error('the gateway left no CPU profile');
  const file = join(folder, profile);
  const title = `Gateway under ${clients} clients, iris as JSON: busy time of its main thread`;
  return {
    observation: await observeShare(file, ['telemetry/observer.ts', 'telemetry/histogram.ts']),
    flame: flameGraph(await readCpuProfile(file), title, 'apps/gateway/src/pipeline.ts'),
  };
}
