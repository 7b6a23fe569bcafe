import { controlPlaneConfigSchema } from '@cluster-ai/contract/config/control-plane.ts';
import { loadProgramConfig } from '@cluster-ai/platform/config/program-arguments.ts';
import { createLifecycle } from '@cluster-ai/platform/lifecycle/lifecycle.ts';
import { createLogger } from '@cluster-ai/platform/log/log.ts';
import { addPhases, createControlPlane } from './control-plane.ts';
import { exitWith } from './exit-with.ts';

try {
  const loaded = loadProgramConfig('control-plane', controlPlaneConfigSchema);
  const log = createLogger({ program: 'control-plane', level: loaded.value.log.level });
  const lifecycle = createLifecycle({ log });
  lifecycle.stopWhenParentEnds();
  addPhases(lifecycle, await createControlPlane(loaded, log));
  await lifecycle.runUntilSignal();
} catch (error) {
  exitWith(error);
}
