import type { ListRequest } from '@cluster-ai/contract/api/list.ts';
import * as contract from '@cluster-ai/contract/api/routes.ts';
import { sql } from 'kysely';
import type { Query } from '../../database/change.ts';
import type { ListColumn, ListColumns, ListCondition } from '../../http/list-columns.ts';
import { containsText } from '../../http/list-conditions.ts';
import { listRows } from '../../http/list-rows.ts';
import type { ListedRows } from '../../http/list-rows.ts';
import type { RouteRow } from './store.ts';

const policy: ListColumn<'text'> = { kind: 'text', value: sql`policy->>'kind'` };

const routeColumns: ListColumns<typeof contract.listRoutes.query.list.fields> = {
  list: contract.listRoutes.query.list,
  key: { kind: 'text', value: sql.ref('name') },
  columns: {
    name: { kind: 'text', value: sql.ref('name') },
    policy,
    model: behindIt,
    revision: { kind: 'integer', value: sql.ref('revision') },
    updatedAt: { kind: 'time', value: sql.ref('updated_at') },
    updatedBy: { kind: 'text', value: sql.ref('updated_by') },
  },
};

const revisionColumns: Omit<ListColumns<typeof contract.listRouteRevisions.query.list.fields>, 'scope'> = {
  list: contract.listRouteRevisions.query.list,
  key: { kind: 'integer', value: sql.ref('revision') },
  columns: {
    revision: { kind: 'integer', value: sql.ref('revision') },
    policy,
    model: behindIt,
    createdAt: { kind: 'time', value: sql.ref('created_at') },
    createdBy: { kind: 'text', value: sql.ref('created_by') },
    restoredFrom: { kind: 'integer', value: sql.ref('restored_from') },
  },
};

export async function listRoutes(query: Query, request: ListRequest): Promise<ListedRows<RouteRow>> {
  return listRows(query, query.selectFrom('routes').selectAll(), request, routeColumns);
}

export async function listRevisions(query: Query, route: string, request: ListRequest) {
  const rows = query.selectFrom('route_revisions').selectAll().where('route', '=', route);
  return listRows(query, rows, request, { ...revisionColumns, scope: route });
}

/** One of the variants is of this model. */
function behindIt(...[operator, value]: Parameters<ListCondition>): ReturnType<ListCondition> {
  const name = sql`each->>'model'`;
  const same = operator === '~' ? containsText(name, value) : sql<boolean>`${name} = ${value}::text`;
  const found = sql`exists (select from jsonb_array_elements(variants) as each where ${same})`;
  return operator === '!=' ? sql`not ${found}` : sql`${found}`;
}
