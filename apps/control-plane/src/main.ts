import { controlPlaneConfigSchema } from '@cluster-ai/contract/config/control-plane.ts';
import { loadProgramConfig } from '@cluster-ai/platform/config/program-arguments.ts';
import { createLifecycle } from '@cluster-ai/platform/lifecycle/lifecycle.ts';
import { createLogger } from '@cluster-ai/platform/log/log.ts';
import { addPhases, createControlPlane } from './control-plane.ts';
import { exitWith } from './exit-with.ts';
import { generateSecrets } from './kubernetes-secrets/generate-secrets.ts';
import { migrateOnly } from './migrate.ts';

/** Without a word before its settings the program serves. */
const words = new Map([
  ['migrate', migrateOnly],
  ['generate-secrets', generateSecrets],
]);

async function serve(): Promise<void> {
  const loaded = loadProgramConfig('control-plane', controlPlaneConfigSchema);
  const log = createLogger({ program: 'control-plane', level: loaded.value.log.level });
  const lifecycle = createLifecycle({ log });
  lifecycle.stopWhenParentEnds();
  addPhases(lifecycle, await createControlPlane(loaded, log));
  await lifecycle.runUntilSignal();
}

try {
  const [word = '', ...rest] = process.argv.slice(2);
  await (words.get(word)?.(rest, process.env) ?? serve());
} catch (error) {
  exitWith(error);
}
