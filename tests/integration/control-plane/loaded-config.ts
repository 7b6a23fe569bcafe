import { controlPlaneConfigSchema } from '@cluster-ai/contract/config/control-plane.ts';
import type { ControlPlaneConfig } from '@cluster-ai/contract/config/control-plane.ts';
import { loadConfig } from '@cluster-ai/platform/config/load-config.ts';
import type { LoadedConfig } from '@cluster-ai/platform/config/load-config.ts';
import { listSettings } from '@cluster-ai/platform/config/settings.ts';

const program = 'control-plane';

/** A configuration as the program would have loaded it: its values count as defaults, variables win over them. */
export function loadedConfig(
  config: ControlPlaneConfig,
  env: Readonly<Record<string, string>> = {},
): LoadedConfig<ControlPlaneConfig> {
  const defaults = Object.fromEntries(
    listSettings(program, controlPlaneConfigSchema).map(({ path }) => [
      path,
      path.split('.').reduce<unknown>((group, name) => Reflect.get(Object(group), name), config),
    ]),
  );
  return loadConfig({ program, schema: controlPlaneConfigSchema, defaults, env });
}
