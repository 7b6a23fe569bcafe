import type { GatewayStatus } from '@cluster-ai/contract/api/system.ts';
import type { GatewayReport } from '@cluster-ai/contract/telemetry.ts';
import { sql } from 'kysely';
import type { Query } from '../../database/change.ts';

/** A gateway reports every two seconds; after this silence it counts as not connected. */
export const connectedWithinMs = 10_000;

export async function upsertReport(query: Query, report: GatewayReport): Promise<void> {
  const values = { last_seen_at: sql<Date>`clock_timestamp()`, report: JSON.stringify(report) };
  await query
    .insertInto('gateways')
    .values({ name: report.gateway, ...values })
    .onConflict((conflict) => conflict.column('name').doUpdateSet(values))
    .execute();
}

/** Every gateway that has reported, by name. */
export async function gatewayStatuses(query: Query, nowMs: number): Promise<GatewayStatus[]> {
  const rows = await query.selectFrom('gateways').selectAll().orderBy('name').execute();
  return rows.map((row) => ({
    gateway: row.name,
    lastSeenAt: row.last_seen_at.toISOString(),
    connected: nowMs - row.last_seen_at.getTime() < connectedWithinMs,
    report: row.report,
  }));
}

/** Forgets gateways that have been silent for long. @returns their names. */
export async function deleteSilentGateways(query: Query, silentMs: number): Promise<string[]> {
  const rows = await query
    .deleteFrom('gateways')
    .where('last_seen_at', '<', sql<Date>`now() - make_interval(secs => ${silentMs / 1_000})`)
    .returning('name')
    .execute();
  return rows.map((row) => row.name);
}
