import { versionBatchingSchema, type GatewayBatching, type VersionBatching } from '@cluster-ai/contract/batching.ts';
import { sql } from 'kysely';
import type { Query } from '../../database/change.ts';
import { connectedWithinMs } from './store.ts';

/** Takes the place of what the gateway told before. Its report must be there. */
export async function upsertBatching(
  query: Query,
  gateway: string,
  versions: readonly VersionBatching[],
): Promise<void> {
  const values = { reported_at: sql<Date>`clock_timestamp()`, versions: JSON.stringify(versions) };
  await query
    .insertInto('gateway_batching')
    .values({ gateway, ...values })
    .onConflict((conflict) => conflict.column('gateway').doUpdateSet(values))
    .execute();
}

/** What each gateway says of the versions of a model, newest version first, and by gateway. */
export async function batchingOf(query: Query, model: string, nowMs: number): Promise<GatewayBatching[]> {
  const ofModel = sql<
    unknown[]
  >`jsonb_path_query_array(versions, '$[*] ? (@.model == $name)', jsonb_build_object('name', ${model}::text))`;
  const rows = await query
    .selectFrom('gateway_batching')
    .innerJoin('gateways', 'gateways.name', 'gateway_batching.gateway')
    .select(['gateway', 'reported_at', 'last_seen_at', ofModel.as('told')])
    .orderBy('gateway')
    .execute();
  return rows
    .flatMap(({ gateway, reported_at: reportedAt, last_seen_at: lastSeenAt, told }) =>
      told
        // What an older control plane has kept may lack something, until the gateway tells again.
        .flatMap((entry) => versionBatchingSchema.safeParse(entry).data ?? [])
        .map((entry) =>
          Object.assign(entry, {
            gateway,
            reportedAt: reportedAt.toISOString(),
            connected: nowMs - lastSeenAt.getTime() < connectedWithinMs,
          }),
        ),
    )
    .toSorted((left, right) => right.version - left.version);
}
