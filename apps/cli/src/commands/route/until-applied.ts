import { setTimeout as sleep } from 'node:timers/promises';
import { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import type { ClientOptions } from '@cluster-ai/contract/api/client.ts';
import type { Route } from '@cluster-ai/contract/api/routes.ts';
import { getOverview } from '@cluster-ai/contract/api/system.ts';
import type { Overview } from '@cluster-ai/contract/api/system.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';

const intervalMs = 100;

export interface AppliedOptions {
  readonly client: ClientOptions;
  readonly route: Route & { readonly snapshotVersion: number };
  readonly timeoutMs: number;
}

/**
 * Waits until every connected gateway answers by the change: it has the snapshot, and the variants are ready there.
 * @returns words for people, such as "1 of 1 gateways on snapshot v7".
 * @throws ClusterError MODEL_NOT_READY when a variant cannot be served, DEADLINE_EXCEEDED.
 */
export async function untilApplied({ client, route, timeoutMs }: AppliedOptions): Promise<string> {
  const wanted = new Set(route.variants.map(({ model, version }) => `${model}@${version}`));
  const endMs = performance.now() + timeoutMs;
  for (;;) {
    const gateways = (await readOverview(client))?.gateways.filter(({ connected }) => connected) ?? [];
    const failed = gateways.flatMap(({ gateway, report }) =>
      report.models
        .filter(({ id, state }) => wanted.has(id) && state === 'FAILED')
        .map(({ id, reason }) => `${id} on ${gateway}: ${reason}`),
    );
    if (failed[0] !== undefined) throw new ClusterError('MODEL_NOT_READY', `the route is changed, but ${failed[0]}`);
    const applied = gateways.filter(({ report }) => isApplied(report, route.snapshotVersion, wanted));
    const words = `${applied.length} of ${gateways.length} gateways on snapshot v${route.snapshotVersion}`;
    if (gateways.length > 0 && applied.length === gateways.length) return words;
    if (performance.now() > endMs) {
      throw new ClusterError(
        'DEADLINE_EXCEEDED',
        `the route is changed, but after ${timeoutMs / 1_000} s only ${words}`,
        { fix: 'look at cluster-ai status' },
      );
    }
    await sleep(intervalMs);
  }
}

function isApplied(
  report: Overview['gateways'][number]['report'],
  version: number,
  wanted: ReadonlySet<string>,
): boolean {
  const ready = new Set(report.models.filter(({ state }) => state === 'READY').map(({ id }) => id));
  return (report.applied?.version ?? -1) >= version && [...wanted].every((id) => ready.has(id));
}

/** Null while the control plane is away for a moment. */
async function readOverview(client: ClientOptions): Promise<Overview | null> {
  try {
    return await callEndpoint(client, getOverview);
  } catch (error) {
    if (error instanceof ClusterError && error.retryable) return null;
    throw error;
  }
}
