import type { ApiKey, listKeys } from '@cluster-ai/contract/api/keys.ts';
import type { ListRequest } from '@cluster-ai/contract/api/list.ts';
import type { SnapshotKey } from '@cluster-ai/contract/snapshot.ts';
import { sql } from 'kysely';
import type { Insertable, RawBuilder } from 'kysely';
import type { Query } from '../../database/change.ts';
import type { Tables } from '../../database/tables.ts';
import { containsText } from '../../http/list-conditions.ts';
import type { ListColumns, ListCondition } from '../../http/list-columns.ts';
import { listRows } from '../../http/list-rows.ts';
import { effectiveActions } from './effective-actions.ts';
import { today } from './usage.ts';

/** The admin token's row: gateways know it as a key, lists do not. */
const adminTokenId = 'admin';

/** After this time an expired key leaves the snapshot; until then gateways can say that it has expired. */
const expiredKeptDays = 30;

const usedToday = sql<string>`(
  select coalesce(sum(requests), 0) from key_usage where key_id = access_keys.id and day = ${today}
)`;

const state = sql<ApiKey['state']>`case
  when access_keys.revoked_at is not null then 'revoked'
  when access_keys.expires_at <= now() then 'expired'
  else 'active' end`;

/** Keys of people and programs, as they are shown. */
function selectKeys(query: Query) {
  return query
    .selectFrom('access_keys')
    .where('access_keys.id', '!=', adminTokenId)
    .select([
      'id',
      'name',
      'prefix',
      'actions',
      'models',
      'rate_per_second',
      'burst',
      'daily_quota',
      'created_by',
      'owner_id',
      'created_at',
      'expires_at',
      'revoked_at',
      'last_used_at',
      usedToday.as('used_today'),
      state.as('state'),
    ]);
}

export type KeyRow = Awaited<ReturnType<ReturnType<typeof selectKeys>['executeTakeFirstOrThrow']>>;

export async function selectKey(query: Query, id: string): Promise<KeyRow | null> {
  return (await selectKeys(query).where('access_keys.id', '=', id).executeTakeFirst()) ?? null;
}

const hasAction: ListCondition = (operator, value) => holds(operator, sql<boolean>`${value}::text = any (actions)`);

const hasModel: ListCondition = (operator, value) => {
  if (value === '') return holds(operator, sql<boolean>`models is null`);
  if (operator === '~') return containsText(sql`array_to_string(models, ' ')`, value);
  return holds(operator, sql<boolean>`coalesce(${value}::text = any (models), false)`);
};

function holds(operator: Parameters<ListCondition>[0], condition: RawBuilder<boolean>): RawBuilder<boolean> {
  return operator === '!=' ? sql<boolean>`not (${condition})` : condition;
}

const columns: ListColumns<typeof listKeys.query.list.fields>['columns'] = {
  name: { kind: 'text', value: sql`name collate "C"` },
  prefix: { kind: 'text', value: sql`prefix collate "C"` },
  state: { kind: 'text', value: state },
  action: hasAction,
  model: hasModel,
  createdBy: { kind: 'text', value: sql`created_by collate "C"` },
  createdAt: { kind: 'time', value: sql.ref('created_at') },
  expiresAt: { kind: 'time', value: sql.ref('expires_at') },
  lastUsedAt: { kind: 'time', value: sql.ref('last_used_at') },
  usedToday: { kind: 'integer', value: usedToday },
};

/** @param ownerOf restricts the list to whom they belong; null lists everybody's. */
export async function listKeyRows(
  query: Query,
  request: ListRequest,
  list: typeof listKeys.query.list,
  ownerOf: RawBuilder<boolean> | null,
) {
  const rows = ownerOf === null ? selectKeys(query) : selectKeys(query).where(ownerOf);
  return listRows(query, rows, request, {
    list,
    columns,
    key: { kind: 'text', value: sql`access_keys.id collate "C"` },
    scope: ownerOf === null ? 'all' : 'own',
  });
}

export function keyOf(row: KeyRow): ApiKey {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    state: row.state,
    actions: row.actions,
    models: row.models,
    ratePerSecond: row.rate_per_second,
    burst: row.burst,
    dailyQuota: row.daily_quota === null ? null : Number(row.daily_quota),
    createdBy: row.created_by,
    ownerId: row.owner_id,
    createdAt: row.created_at.toISOString(),
    expiresAt: row.expires_at?.toISOString() ?? null,
    revokedAt: row.revoked_at?.toISOString() ?? null,
    lastUsedAt: row.last_used_at?.toISOString() ?? null,
    usedToday: Number(row.used_today),
  };
}

export async function insertKey(query: Query, row: Insertable<Tables['access_keys']>): Promise<void> {
  await query.insertInto('access_keys').values(row).execute();
}

export async function countActiveKeys(query: Query): Promise<number> {
  const row = await query
    .selectFrom('access_keys')
    .select((is) => is.fn.countAll<string>().as('count'))
    .where('id', '!=', adminTokenId)
    .where('revoked_at', 'is', null)
    .where(sql<boolean>`(expires_at is null or expires_at > now())`)
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

/** Revokes what is not revoked yet. @returns the ids and names of those. */
export async function revokeWhere(query: Query, at: Date, condition: RawBuilder<boolean>) {
  return query
    .updateTable('access_keys')
    .set({ revoked_at: at })
    .where('id', '!=', adminTokenId)
    .where('revoked_at', 'is', null)
    .where(condition)
    .returning(['id', 'name'])
    .execute();
}

/** Keys with what their owners may do at this moment; revoked ones are left out. */
function selectUsable(query: Query) {
  return query
    .selectFrom('access_keys')
    .leftJoin('users', 'users.id', 'access_keys.owner_id')
    .where('access_keys.revoked_at', 'is', null)
    .select([
      'access_keys.id',
      'access_keys.sha256',
      'access_keys.actions',
      'access_keys.models',
      'access_keys.rate_per_second',
      'access_keys.burst',
      'access_keys.daily_quota',
      'access_keys.expires_at',
      'access_keys.owner_id',
      'users.role as owner_role',
      'users.disabled as owner_disabled',
    ]);
}

export type UsableKeyRow = Awaited<ReturnType<ReturnType<typeof selectUsable>['executeTakeFirstOrThrow']>>;

/** The key with this hash, unless it was revoked or has expired. */
export async function selectUsableKey(query: Query, sha256: string): Promise<UsableKeyRow | null> {
  const row = await selectUsable(query)
    .where('access_keys.sha256', '=', sha256)
    .where('access_keys.id', '!=', adminTokenId)
    .where(sql<boolean>`(access_keys.expires_at is null or access_keys.expires_at > now())`)
    .executeTakeFirst();
  return row ?? null;
}

/** Every key that may still do something, and the admin token, as gateways need them. */
export async function selectKeysForGateways(query: Query): Promise<SnapshotKey[]> {
  const rows = await selectUsable(query)
    .where(
      sql<boolean>`(access_keys.expires_at is null
        or access_keys.expires_at > now() - make_interval(days => ${expiredKeptDays}))`,
    )
    .execute();
  return rows.flatMap((row) => {
    const actions = effectiveActions(row);
    if (actions.length === 0) return [];
    return {
      id: row.id,
      sha256: row.sha256,
      actions,
      models: row.models,
      ratePerSecond: row.rate_per_second,
      burst: row.burst,
      dailyQuota: row.daily_quota === null ? null : Number(row.daily_quota),
      expiresAtMs: row.expires_at?.getTime() ?? null,
    };
  });
}

/** Remembers the minute of the last use, if it is a later one than before. */
export async function touchKeys(
  query: Query,
  uses: readonly { readonly keyId: string; readonly atMs: number }[],
): Promise<void> {
  for (const { keyId, atMs } of uses) {
    const minute = new Date(Math.floor(atMs / 60_000) * 60_000);
    await query
      .updateTable('access_keys')
      .set({ last_used_at: minute })
      .where('id', '=', keyId)
      .where(sql<boolean>`(last_used_at is null or last_used_at < ${minute})`)
      .execute();
  }
}
