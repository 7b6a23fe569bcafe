import { gatewayConfigSchema } from '@cluster-ai/contract/config/gateway.ts';
import { toClusterError } from '@cluster-ai/core/errors.ts';
import { loadProgramConfig } from '@cluster-ai/platform/config/program-arguments.ts';
import { createLifecycle } from '@cluster-ai/platform/lifecycle/lifecycle.ts';
import { createLogger } from '@cluster-ai/platform/log/log.ts';
import type { LogLevel } from '@cluster-ai/platform/log/log.ts';
import packageJson from '../package.json' with { type: 'json' };
import { SwitchedLog } from './open-inference/log-settings.ts';
import { assembleGateway } from './server.ts';

/** The gateway program: settings, log, parts, run. Exit codes: 0 stopped in order, 1 failed, 2 a setting is wrong. */
export async function runGateway(): Promise<void> {
  try {
    await serve();
  } catch (thrown) {
    const error = toClusterError(thrown);
    process.stderr.write(
      `error: ${error.code === 'INTERNAL' ? String(error.cause) : error.message}\n${error.fix === undefined ? '' : `fix: ${error.fix}\n`}`,
    );
    process.exit(error.code === 'CONFIG_INVALID' ? 2 : 1);
  }
}

async function serve(): Promise<void> {
  const { value: config, settings } = loadProgramConfig('gateway', gatewayConfigSchema);
  const log = new SwitchedLog(createLogger({ program: 'gateway', level: config.log.level }));
  const lifecycle = createLifecycle({ log });
  const ownLevel = settings.some(({ path, source }) => path === 'log.level' && source.kind !== 'default');
  const onLogLevel = (level: LogLevel): void => {
    if (!ownLevel) log.follow(level);
  };
  await assembleGateway({ config, programVersion: packageJson.version, log, onLogLevel }, lifecycle);
  lifecycle.stopWhenParentEnds();
  await lifecycle.runUntilSignal();
}
