import { controlPlaneConfigSchema } from '@cluster-ai/contract/config/control-plane.ts';
import { gatewayConfigSchema } from '@cluster-ai/contract/config/gateway.ts';
import { loadConfig } from '@cluster-ai/platform/config/load-config.ts';
import type { LoadedSetting } from '@cluster-ai/platform/config/load-config.ts';
import { loadUpSettings } from '../../up/settings.ts';
import type { ConfigProgram } from './command.ts';

export interface ProgramSettings {
  readonly program: ConfigProgram;
  readonly settings: readonly LoadedSetting[];
}

/**
 * The settings that a program would start with, from this file and the present environment. `up` covers the programs
 * under it as well, from the sections of its file.
 * @throws ClusterError CONFIG_INVALID with every problem.
 */
export function loadSettings(program: ConfigProgram, file: string | undefined): ProgramSettings[] {
  const { env } = process;
  if (program === 'gateway') {
    return [{ program, settings: loadConfig({ program, schema: gatewayConfigSchema, file, env }).settings }];
  }
  if (program === 'control-plane') {
    return [{ program, settings: loadConfig({ program, schema: controlPlaneConfigSchema, file, env }).settings }];
  }
  const { up, controlPlane, gateway } = loadUpSettings({ config: file }, env, process.getuid?.());
  return [
    { program, settings: up.settings },
    { program: 'control-plane', settings: controlPlane.settings },
    { program: 'gateway', settings: gateway.settings },
  ];
}
