import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startBenchGateway } from './gateway.ts';
import { observeShare, type ObserveShare } from './observe-share.ts';
import { fileStem, scenarioOf } from './scenarios.ts';
import { runWrk } from './wrk.ts';

/** A gateway of its own under the profiler: the profiler must not slow the measured one. The load must have been written. */
export async function profileObservation(folder: string): Promise<ObserveShare> {
  const nodeArguments = ['--cpu-prof', '--cpu-prof-interval', '200', '--cpu-prof-dir', folder];
  const gateway = await startBenchGateway({ models: ['iris'], variant: 'shared', nodeArguments });
  try {
    const script = join(folder, `${fileStem(scenarioOf('iris', 'JSON'))}.lua`);
    await runWrk({ url: gateway.url, script, clients: 32, seconds: 8, core: null });
  } finally {
    await gateway.stop();
  }
  const profile = (await readdir(folder)).find((file) => file.endsWith('.cpuprofile'));
  if (profile === undefined) throw new Error('the gateway left no CPU profile');
  return observeShare(join(folder, profile), ['telemetry/observer.ts', 'telemetry/histogram.ts']);
}
