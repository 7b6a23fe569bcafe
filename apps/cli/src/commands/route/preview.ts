import type { ClientOptions } from '@cluster-ai/contract/api/client.ts';
import { getRoute } from '@cluster-ai/contract/api/routes.ts';
import type { Route, RoutePolicy } from '@cluster-ai/contract/api/routes.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { Option } from 'commander';
import type { Command } from 'commander';
import { call } from '../../connection/call.ts';
import { print } from '../../output/print.ts';
import type { GlobalOptions } from '../context.ts';
import { policyText } from './policy-text.ts';
import { diffTable, diffVariants } from './variant-diff.ts';

export interface PreviewOptions extends GlobalOptions {
  readonly dryRun?: boolean;
}

/** For commands that change how traffic is shared. */
export function withPreview(command: Command): Command {
  return command.addOption(new Option('--dry-run', 'show what would change, and change nothing'));
}

/** The present state of a route; null for one that does not exist yet. */
export async function findRoute(client: ClientOptions, name: string): Promise<Route | null> {
  try {
    return await call(client, getRoute, { params: { name } });
  } catch (error) {
    if (error instanceof ClusterError && (error.code === 'NOT_FOUND' || error.code === 'MODEL_NOT_FOUND')) return null;
    throw error;
  }
}

export interface PlannedRoute {
  readonly policy: RoutePolicy;
  /** What the policy means at this moment. */
  readonly variants: Route['variants'];
  readonly stickyHeader: string | undefined;
}

/** Prints what a planned change would do to a route. */
export function printPreview(
  { output }: PreviewOptions,
  name: string,
  present: Route | null,
  planned: PlannedRoute,
): void {
  const changes = diffVariants(present?.variants ?? [], planned.variants);
  const before = present === null ? null : { policy: present.policy, stickyHeader: present.stickyHeader };
  const after = { policy: planned.policy, stickyHeader: planned.stickyHeader ?? present?.stickyHeader ?? null };
  print(output, { route: name, before, after, variants: changes }, () =>
    [
      before === null
        ? `would create ${name}: ${policyText(after.policy)}`
        : `would change ${name} from ${policyText(before.policy)} to ${policyText(after.policy)}`,
      ...(before !== null && after.stickyHeader !== null && before.stickyHeader !== after.stickyHeader
        ? [`sticky header: ${before.stickyHeader === '' ? 'none' : before.stickyHeader} → ${after.stickyHeader}`]
        : []),
      '',
      diffTable(changes),
      '',
      'nothing was changed; the same command without --dry-run does it',
    ].join('\n'),
  );
}
