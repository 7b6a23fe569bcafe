import type { ClientOptions } from '@cluster-ai/contract/api/client.ts';
import type { ModelVersion } from '@cluster-ai/contract/api/models.ts';
import type { commitUpload } from '@cluster-ai/contract/api/uploads.ts';
import type { Command } from 'commander';
import type { z } from 'zod';
import { print } from '../../output/print.ts';
import { secondsText } from '../../output/table.ts';
import { positiveSeconds } from '../arguments.ts';
import type { GlobalOptions } from '../context.ts';
import { untilReady } from './until-ready.ts';

/** A new version, however it came. */
export type Registered = z.output<typeof commitUpload.answer>;

export interface RegisterOptions extends GlobalOptions {
  /** False for `--no-deploy`. */
  readonly deploy: boolean;
  /** False for `--no-wait`. */
  readonly wait: boolean;
  readonly timeout: number;
}

/** Options of the commands that make a version. */
export function withRegisterOptions(command: Command): Command {
  return command
    .option('--no-deploy', 'store the version without giving it traffic')
    .option('--no-wait', 'do not wait until the gateways serve it')
    .option('--timeout <seconds>', 'wait this long for the gateways', positiveSeconds, 180);
}

/** Shows a version that was just made, once the gateways serve it where it takes traffic. */
export async function printRegistered(
  client: ClientOptions,
  registered: Registered,
  options: RegisterOptions,
  beganMs: number,
): Promise<void> {
  const { model: name, deployed } = registered;
  const { version } = registered.version;
  // Gateways load what a route wants: a version without traffic is stored, and there is nothing to wait for.
  const waits = options.wait && deployed;
  const ready = waits ? await untilReady({ client, name, version, timeoutMs: options.timeout * 1_000 }) : null;
  const tookMs = performance.now() - beganMs;
  const result = {
    ...registered,
    version: ready ?? registered.version,
    ready: ready !== null,
    seconds: tookMs / 1_000,
  };
  print(options.output, result, () =>
    deployed ? readyLine(name, version, ready, tookMs) : storedLine(name, version, tookMs),
  );
}

function readyLine(name: string, version: number, ready: ModelVersion | null, tookMs: number): string {
  if (ready === null) {
    return `${name} version ${version} is stored after ${secondsText(tookMs)}; the gateways are loading it`;
  }
  const gateways = ready.observed.map(({ gateway, loadMs }) =>
    loadMs === null ? gateway : `${gateway} (loaded in ${secondsText(loadMs)})`,
  );
  return `${name} version ${version} is ready on ${gateways.join(', ')} after ${secondsText(tookMs)}`;
}

function storedLine(name: string, version: number, tookMs: number): string {
  return `${name} version ${version} is stored after ${secondsText(tookMs)}, and routes are as they were; give it traffic with: cluster-ai route split ${name} ${version}=100`;
}
