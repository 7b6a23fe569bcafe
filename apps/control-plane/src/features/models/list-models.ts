import * as contract from '@cluster-ai/contract/api/models.ts';
import type { ListRequest } from '@cluster-ai/contract/api/list.ts';
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Query } from '../../database/change.ts';
import type { ListColumns, ListCondition } from '../../http/list-columns.ts';
import { containsText } from '../../http/list-conditions.ts';
import { listRows } from '../../http/list-rows.ts';
import type { ListedRows } from '../../http/list-rows.ts';
import { completeModels } from './store.ts';
import type { ModelRecord, VersionRow } from './store.ts';

const modelColumns: ListColumns<typeof contract.listModels.query.list.fields> = {
  list: contract.listModels.query.list,
  key: { kind: 'text', value: sql.ref('listed.name') },
  columns: {
    name: { kind: 'text', value: sql.ref('listed.name') },
    description: { kind: 'text', value: sql.ref('listed.description') },
    alias: anyOf(sql`select alias as text from model_aliases where model = ${sql.ref('listed.name')}`),
    versions: { kind: 'integer', value: sql.ref('listed.versions') },
    createdAt: { kind: 'time', value: sql.ref('listed.created_at') },
    lastVersionAt: { kind: 'time', value: sql.ref('listed.last_version_at') },
  },
};

export async function listModels(query: Query, request: ListRequest): Promise<ListedRows<ModelRecord>> {
  const counted = query
    .selectFrom('models')
    .leftJoinLateral(
      (is) =>
        is
          .selectFrom('model_versions')
          .select((is) => [is.fn.countAll().as('versions'), is.fn.max('created_at').as('last_version_at')])
          .whereRef('model_versions.model', '=', 'models.name')
          .as('own'),
      (join) => join.onTrue(),
    )
    .selectAll();
  const { items, ...page } = await listRows(
    query,
    query.selectFrom(counted.as('listed')).selectAll('listed'),
    request,
    modelColumns,
  );
  return { ...page, items: await completeModels(query, items, contract.listedVersionsMax) };
}

function versionColumns(model: string): ListColumns<typeof contract.listVersions.query.list.fields> {
  const version = sql.ref('model_versions.version');
  return {
    list: contract.listVersions.query.list,
    scope: model,
    key: { kind: 'integer', value: version },
    columns: {
      version: { kind: 'integer', value: version },
      alias: anyOf(sql`select alias as text from model_aliases where model = ${model} and version = ${version}`),
      source: { kind: 'text', value: sql.ref('source') },
      sizeBytes: { kind: 'integer', value: sql.ref('size_bytes') },
      createdAt: { kind: 'time', value: sql.ref('created_at') },
      createdBy: { kind: 'text', value: sql.ref('created_by') },
      digest: { kind: 'text', value: sql.ref('digest') },
      notes: { kind: 'text', value: sql.ref('notes') },
      lineage: anyOf(sql`select key || ':' || value as text from jsonb_each_text(lineage)`),
    },
  };
}

export async function listVersions(query: Query, model: string, request: ListRequest): Promise<ListedRows<VersionRow>> {
  const rows = query.selectFrom('model_versions').selectAll().where('model', '=', model);
  return listRows(query, rows, request, versionColumns(model));
}

export async function listAliasMoves(query: Query, model: string, request: ListRequest) {
  const columns: ListColumns<typeof contract.listAliasHistory.query.list.fields> = {
    list: contract.listAliasHistory.query.list,
    scope: model,
    key: { kind: 'integer', value: sql.ref('id') },
    columns: {
      at: { kind: 'time', value: sql.ref('at') },
      alias: { kind: 'text', value: sql.ref('alias') },
      version: { kind: 'integer', value: sql.ref('version') },
      by: { kind: 'text', value: sql.ref('actor') },
    },
  };
  return listRows(query, query.selectFrom('alias_history').selectAll().where('model', '=', model), request, columns);
}

/** A field with several values: one of them is it, none is it, or one contains it. `=""` finds those that have none. */
function anyOf(values: RawBuilder<unknown>): ListCondition {
  return (operator, value) => {
    if (value === '') return operator === '=' ? sql`not exists (${values})` : sql`exists (${values})`;
    if (operator === '~') return sql`exists (select from (${values}) as v where ${containsText(sql`v.text`, value)})`;
    const same = sql`exists (select from (${values}) as v where v.text = ${value}::text)`;
    return operator === '=' ? sql`${same}` : sql`not ${same}`;
  };
}
