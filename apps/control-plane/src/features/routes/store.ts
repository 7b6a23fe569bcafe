import type { Route, RoutePolicy } from '@cluster-ai/contract/api/routes.ts';
import { sql } from 'kysely';
import type { Selectable } from 'kysely';
import type { Change, Query } from '../../database/change.ts';
import type { RouteVariant, Tables } from '../../database/tables.ts';

export type RouteRow = Selectable<Tables['routes']>;

export async function selectRoute(query: Query, name: string): Promise<RouteRow | null> {
  return (await query.selectFrom('routes').selectAll().where('name', '=', name).executeTakeFirst()) ?? null;
}

export async function selectAllRoutes(query: Query): Promise<RouteRow[]> {
  return query.selectFrom('routes').selectAll().orderBy('name').execute();
}

/** Those of the names that are routes. */
export async function routesNamed(query: Query, names: readonly string[]): Promise<Map<string, Route>> {
  const rows = await query
    .selectFrom('routes')
    .selectAll()
    .where('name', 'in', [...names])
    .execute();
  return new Map(rows.map((row) => [row.name, routeOf(row)]));
}

/** The versions of some models that a route names at present. */
export async function servedVersions(
  query: Query,
  models: readonly string[],
): Promise<{ model: string; version: number }[]> {
  const variant = sql<RouteVariant>`jsonb_array_elements(${sql.ref('routes.variants')})`;
  const { rows } = await sql<{ model: string; version: number }>`
    select distinct variant->>'model' as model, (variant->>'version')::integer as version
    from ${query.selectFrom('routes').select(variant.as('variant')).as('each')}
    where variant->>'model' = any(${models})`.execute(query);
  return rows;
}

export async function countRoutes(query: Query): Promise<number> {
  const row = await query
    .selectFrom('routes')
    .select((is) => is.fn.countAll<string>().as('count'))
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

/** Revisions below `before`, newest first. */
export async function selectRevisions(query: Query, route: string, before: number | null, limit: number) {
  let rows = query
    .selectFrom('route_revisions')
    .selectAll()
    .where('route', '=', route)
    .orderBy('revision', 'desc')
    .limit(limit);
  if (before !== null) rows = rows.where('revision', '<', before);
  return rows.execute();
}

/** The version numbers of some models; a model that does not exist has no entry. */
export async function selectVersionNumbers(query: Query, models: readonly string[]): Promise<Map<string, number[]>> {
  const rows = await query
    .selectFrom('models')
    .leftJoin('model_versions', 'model_versions.model', 'models.name')
    .select(['models.name', 'model_versions.version'])
    .where('models.name', 'in', [...models])
    .execute();
  const numbers = new Map<string, number[]>();
  for (const { name, version } of rows) {
    numbers.set(name, [...(numbers.get(name) ?? []), ...(version === null ? [] : [version])]);
  }
  return numbers;
}

export interface RouteState {
  readonly name: string;
  readonly revision: number;
  readonly policy: RoutePolicy;
  readonly variants: readonly RouteVariant[];
  readonly stickyHeader: string;
  readonly restoredFrom: number | null;
}

/** Writes a route and the revision that made it so. */
export async function writeRoute(change: Change, state: RouteState): Promise<RouteRow> {
  const policy = JSON.stringify(state.policy);
  const values = {
    revision: state.revision,
    policy,
    variants: JSON.stringify(state.variants),
    sticky_header: state.stickyHeader,
    updated_at: change.at,
    updated_by: change.by.actor,
  };
  const row = await change.query
    .insertInto('routes')
    .values({ name: state.name, ...values })
    .onConflict((conflict) => conflict.column('name').doUpdateSet(values))
    .returningAll()
    .executeTakeFirstOrThrow();
  await change.query
    .insertInto('route_revisions')
    .values({
      route: state.name,
      revision: state.revision,
      policy,
      variants: values.variants,
      created_at: change.at,
      created_by: change.by.actor,
      restored_from: state.restoredFrom,
    })
    .execute();
  return row;
}

/** Moves a route to what its policy means now: a revision of its own, so that a rollback finds what served before. */
export async function advanceRoute(change: Change, route: RouteRow, variants: readonly RouteVariant[]): Promise<void> {
  await writeRoute(change, {
    name: route.name,
    revision: route.revision + 1,
    policy: route.policy,
    variants,
    stickyHeader: route.sticky_header,
    restoredFrom: null,
  });
}

/** Says whether gateways hold the versions of a route. Not a change of what it does: no revision. */
export async function writeUnloaded(change: Change, name: string, unloaded: boolean): Promise<RouteRow> {
  return change.query
    .updateTable('routes')
    .set({ unloaded, updated_at: change.at, updated_by: change.by.actor })
    .where('name', '=', name)
    .returningAll()
    .executeTakeFirstOrThrow();
}

export async function removeRoute(change: Change, name: string): Promise<void> {
  await change.query.deleteFrom('routes').where('name', '=', name).execute();
}

export function routeOf(row: RouteRow): Route {
  return {
    name: row.name,
    revision: row.revision,
    policy: row.policy,
    variants: row.variants,
    stickyHeader: row.sticky_header,
    ...(row.unloaded ? { unloaded: true } : {}),
    updatedAt: row.updated_at.toISOString(),
    updatedBy: row.updated_by,
  };
}
