import { stickyHeaderDefault } from '@cluster-ai/contract/snapshot.ts';
import type { Route } from '@cluster-ai/contract/api/routes.ts';
import type { VersionPolicy } from '@cluster-ai/core/model-configuration/model-configuration.ts';
import { wantedVersions } from '@cluster-ai/core/model-configuration/version-policy.ts';
import type { Change } from '../../database/change.ts';
import { soleVariant } from './resolve-policy.ts';
import {
  advanceRoute,
  removeRoute,
  routeOf,
  selectAllRoutes,
  selectRoute,
  selectVersionNumbers,
  writeRoute,
} from './store.ts';
import type { RouteRow } from './store.ts';

/** What became of the route with a model's name after a new version. */
export interface Deployment {
  /** The version takes all of that route's traffic. */
  readonly deployed: boolean;
  readonly route: Route | null;
}

/**
 * Moves every `latest` route of the model to a new version, and makes the model's own route if there is none. A version
 * policy that lists its versions has the newest of these served, whichever came last.
 * @param policy of the new version.
 */
export async function deployVersion(
  change: Change,
  model: string,
  newest: number,
  policy: VersionPolicy | null = null,
): Promise<Deployment> {
  const listed = policy?.kind === 'specific';
  const numbers = listed ? ((await selectVersionNumbers(change.query, [model])).get(model) ?? []) : [newest];
  const [version] = listed ? wantedVersions(policy, numbers) : numbers;
  if (version === undefined) return deploymentOf(change, model, newest);
  for (const route of await selectAllRoutes(change.query)) {
    const present = route.variants[0]?.version ?? 0;
    if (!followsModel(route, model) || (listed ? present === version : present >= version)) continue;
    await advanceRoute(change, route, [soleVariant(model, version)]);
    change.record('route.advance', route.name, { model, version });
  }
  if ((await selectRoute(change.query, model)) === null) {
    const routePolicy = { kind: 'latest', model } as const;
    await writeRoute(change, {
      name: model,
      revision: 1,
      policy: routePolicy,
      variants: [soleVariant(model, version)],
      stickyHeader: stickyHeaderDefault,
      restoredFrom: null,
    });
    change.record('route.create', model, { revision: 1, policy: routePolicy });
  }
  return deploymentOf(change, model, newest);
}

/** How the model's own route stands to a version. */
export async function deploymentOf(change: Change, model: string, version: number): Promise<Deployment> {
  const own = await selectRoute(change.query, model);
  const deployed =
    own?.unloaded === false &&
    own.variants.length === 1 &&
    own.variants[0]?.model === model &&
    own.variants[0].version === version;
  return { deployed, route: own === null ? null : routeOf(own) };
}

/** Names of the routes that use a model, or one version of it, at present. */
export async function routesUsing(change: Change, model: string, version: number | null): Promise<string[]> {
  const uses = (route: RouteRow): boolean =>
    route.variants.some((variant) => variant.model === model && (version === null || variant.version === version));
  return (await selectAllRoutes(change.query)).filter(uses).map((route) => route.name);
}

/**
 * Takes a version out of the routes that can do without it, because its files are gone from a watched folder: `latest`
 * routes go to the newest that is left, and the model's own route goes with its last version.
 * @returns the routes that still need it; nothing was changed when there are any.
 */
export async function releaseVersion(change: Change, model: string, version: number): Promise<string[]> {
  const numbers = (await selectVersionNumbers(change.query, [model])).get(model) ?? [];
  const newest = Math.max(0, ...numbers.filter((number) => number !== version));
  const users = (await selectAllRoutes(change.query)).filter((route) =>
    route.variants.some((variant) => variant.model === model && variant.version === version),
  );
  const needed = users.filter((route) => !(followsModel(route, model) && (newest > 0 || route.name === model)));
  if (needed.length > 0) return needed.map((route) => route.name);
  for (const route of users) {
    if (newest > 0) {
      await advanceRoute(change, route, [soleVariant(model, newest)]);
      change.record('route.advance', route.name, { model, version: newest });
    } else {
      await removeRoute(change, route.name);
      change.record('route.delete', route.name, { policy: route.policy });
    }
  }
  return [];
}

function followsModel(route: RouteRow, model: string): boolean {
  return route.policy.kind === 'latest' && route.policy.model === model;
}
