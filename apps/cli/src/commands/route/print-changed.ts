import type { ClientOptions } from '@cluster-ai/contract/api/client.ts';
import type { Route } from '@cluster-ai/contract/api/routes.ts';
import type { Command } from 'commander';
import { print } from '../../output/print.ts';
import { positiveSeconds } from '../arguments.ts';
import type { GlobalOptions } from '../context.ts';
import { routeText } from './policy-text.ts';
import { untilApplied } from './until-applied.ts';

export interface WaitOptions {
  readonly wait: boolean;
  readonly timeout: number;
}

/** Options of the commands that change a route: both wait until the gateways answer by the change. */
export function withWaiting(command: Command): Command {
  return command
    .option('--no-wait', 'do not wait until the gateways answer by the change')
    .option('--timeout <seconds>', 'wait at most this long', positiveSeconds, 120);
}

/** Shows a route that was just changed, once the gateways answer by it. */
export async function printChanged(
  client: ClientOptions,
  route: Route & { readonly snapshotVersion: number },
  options: GlobalOptions & WaitOptions,
): Promise<void> {
  const applied = options.wait ? await untilApplied({ client, route, timeoutMs: options.timeout * 1_000 }) : null;
  print(options.output, route, () => (applied === null ? routeText(route) : `${routeText(route)}\n${applied}`));
}
