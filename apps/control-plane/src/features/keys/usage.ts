import type { KeyUsage, KeyUsageTotals } from '@cluster-ai/contract/key-usage.ts';
import { sql } from 'kysely';
import type { Query } from '../../database/change.ts';

const dayMs = 86_400_000;

/** The UTC day of the database's clock, in days since 1970. */
export const today = sql<number>`floor(extract(epoch from now()) / 86400)::integer`;

/** One run of a gateway: its counters begin at 0. */
export interface GatewayRun {
  readonly gateway: string;
  readonly startedAtMs: number;
}

/**
 * Takes over what a gateway has counted. Its numbers only grow, so a report that comes twice or late changes nothing; keys
 * that are not there any more are left out.
 */
export async function foldKeyUsage(query: Query, run: GatewayRun, usage: readonly KeyUsage[]): Promise<void> {
  if (usage.length === 0) return;
  const told = sql`jsonb_to_recordset(${JSON.stringify(usage)}::jsonb)
    as told (key text, day integer, requests bigint, "lastUsedMs" double precision)`;
  await sql`
    insert into key_usage (key_id, day, gateway, started_at_ms, requests)
    select told.key, told.day, ${run.gateway}, ${Math.floor(run.startedAtMs)}, told.requests
    from ${told} join access_keys on access_keys.id = told.key
    where told.day between ${today} - 1 and ${today} + 1
    order by told.key
    on conflict (key_id, day, gateway, started_at_ms)
    do update set requests = greatest(key_usage.requests, excluded.requests)`.execute(query);
  await sql`
    update access_keys set last_used_at = used.minute
    from (
      select told.key, date_trunc('minute', to_timestamp(least(told."lastUsedMs" / 1000, extract(epoch from now())))) as minute
      from ${told} order by told.key
    ) as used
    where access_keys.id = used.key and (last_used_at is null or last_used_at < used.minute)`.execute(query);
}

/** What all gateways have let through on this day, of the keys whose quota it counts for. */
export async function selectUsageTotals(query: Query): Promise<KeyUsageTotals> {
  const rows = await query
    .selectFrom('key_usage')
    .innerJoin('access_keys', 'access_keys.id', 'key_usage.key_id')
    .where('key_usage.day', '=', today)
    .where('access_keys.daily_quota', 'is not', null)
    .where('access_keys.revoked_at', 'is', null)
    .groupBy('key_usage.key_id')
    .select(['key_usage.key_id', sql<string>`sum(key_usage.requests)`.as('requests')])
    .execute();
  const { rows: days } = await sql<{ day: number }>`select ${today} as day`.execute(query);
  return {
    day: days[0]?.day ?? 0,
    used: Object.fromEntries(rows.map(({ key_id: key, requests }) => [key, Number(requests)])),
  };
}

/**
 * The plane's clock may be days ahead, and the day of the database is the one that is counted: the earlier of both holds.
 * @returns how many rows were removed: those of days before yesterday.
 */
export async function deleteOldUsage(query: Query, nowMs: number): Promise<number> {
  const result = await query
    .deleteFrom('key_usage')
    .where('day', '<', sql<number>`least(${today}, ${Math.floor(nowMs / dayMs)}::integer) - 1`)
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}
