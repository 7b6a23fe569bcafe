import type { Route, RoutePolicy } from '@cluster-ai/contract/api/routes.ts';
import { stickyHeaderDefault } from '@cluster-ai/contract/snapshot.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { assertModelName } from '@cluster-ai/core/names/model-name.ts';
import type { Change, Query } from '../../database/change.ts';
import type { RouteVariant } from '../../database/tables.ts';
import { modelsOf, resolvePolicy, samePolicy, sameVariants } from './resolve-policy.ts';
import { removeRoute, routeOf, selectRevisions, selectRoute, selectVersionNumbers, writeRoute } from './store.ts';
import type { RouteRow } from './store.ts';

/** The history that a rollback looks through. */
const revisionsMax = 1_000;

/** @throws ClusterError NOT_FOUND. */
export async function existingRoute(query: Query, name: string): Promise<RouteRow> {
  const row = await selectRoute(query, name);
  if (row !== null) return row;
  throw new ClusterError('NOT_FOUND', `there is no route '${name}'`);
}

/** Makes a route or changes its policy. A policy that means the same as the present one changes nothing. */
export async function putRoute(
  change: Change,
  name: string,
  policy: RoutePolicy,
  stickyHeader: string | undefined,
): Promise<Route> {
  assertModelName(name, 'route name');
  const variants = await resolve(change.query, policy);
  const present = await selectRoute(change.query, name);
  const header = stickyHeader?.toLowerCase() ?? present?.sticky_header ?? stickyHeaderDefault;
  if (
    present !== null &&
    samePolicy(present.policy, policy) &&
    present.sticky_header === header &&
    !movesForward(present, policy, variants)
  ) {
    return routeOf(present);
  }
  const row = await writeRoute(change, {
    name,
    revision: (present?.revision ?? 0) + 1,
    policy,
    variants,
    stickyHeader: header,
    restoredFrom: null,
  });
  change.record(present === null ? 'route.create' : 'route.change', name, {
    revision: row.revision,
    policy,
    stickyHeader: header,
  });
  return routeOf(row);
}

/**
 * Brings back what the route did before, as a new revision: in the named revision, or in the last one that differs from
 * the present state. The same versions answer again, also when `latest` would mean another one by now.
 * @throws ClusterError NOT_FOUND for a route or revision that does not exist; CONFLICT when there is nothing to go back to.
 */
export async function rollbackRoute(change: Change, name: string, revision: number | undefined): Promise<Route> {
  const present = await existingRoute(change.query, name);
  const target = await rollbackTarget(change.query, present, revision);
  // Checked as a split even if it was `latest` then: these very versions have to be there.
  const variants = await resolve(change.query, { kind: 'split', variants: target.variants }).catch((error: unknown) => {
    if (!(error instanceof ClusterError) || error.code !== 'MODEL_NOT_FOUND') throw error;
    throw new ClusterError(
      'CONFLICT',
      `revision ${target.revision} of route '${name}' cannot come back: ${error.message}`,
    );
  });
  const policy = (await stillMeans(change.query, target.policy, variants))
    ? target.policy
    : { kind: 'split' as const, variants };
  const row = await writeRoute(change, {
    name,
    variants,
    revision: present.revision + 1,
    policy,
    stickyHeader: present.sticky_header,
    restoredFrom: target.revision,
  });
  change.record('route.rollback', name, { revision: row.revision, restoredFrom: target.revision, policy, variants });
  return routeOf(row);
}

async function rollbackTarget(query: Query, present: RouteRow, revision: number | undefined) {
  const { name } = present;
  const revisions = await selectRevisions(query, name, null, revisionsMax);
  const isPresent = (candidate: (typeof revisions)[number]): boolean =>
    samePolicy(candidate.policy, present.policy) && sameVariants(candidate.variants, present.variants);
  const target =
    revision === undefined
      ? revisions.find((candidate) => !isPresent(candidate))
      : revisions.find((candidate) => candidate.revision === revision);
  if (target === undefined) {
    if (revision !== undefined) throw new ClusterError('NOT_FOUND', `route '${name}' has no revision ${revision}`);
    throw new ClusterError('CONFLICT', `route '${name}' has had no other policy than the present one`, {
      fix: `to hold an older version, split the route: cluster-ai route split ${name} <version>=100`,
    });
  }
  if (isPresent(target)) {
    throw new ClusterError('CONFLICT', `revision ${target.revision} has the present policy of route '${name}'`);
  }
  return target;
}

/** False for a `latest` that means a newer version by now: it would bring in what did not serve then. */
async function stillMeans(query: Query, policy: RoutePolicy, variants: readonly RouteVariant[]): Promise<boolean> {
  return policy.kind === 'split' || sameVariants(await resolve(query, policy), variants);
}

export async function deleteRoute(change: Change, name: string): Promise<void> {
  const row = await existingRoute(change.query, name);
  await removeRoute(change, name);
  change.record('route.delete', name, { policy: row.policy });
}

async function resolve(query: Query, policy: RoutePolicy): Promise<RouteVariant[]> {
  const numbers = await selectVersionNumbers(query, modelsOf(policy));
  return resolvePolicy(policy, (model) => numbers.get(model) ?? null);
}

/** A version that was pushed without taking traffic gets it when `latest` is asked for again. */
function movesForward(present: RouteRow, policy: RoutePolicy, variants: readonly RouteVariant[]): boolean {
  return policy.kind === 'latest' && present.variants[0]?.version !== variants[0]?.version;
}
