import type { SentReport } from '@cluster-ai/contract/telemetry.ts';
import { sql } from 'kysely';
import type { Query } from '../../database/change.ts';
import { bucketRequestsMax, fineWidthMs, foldReport } from './fold.ts';
import type { FoldedPoint, GatewayState, SeriesState } from './fold.ts';
import type { Piece } from './spread.ts';

export type ReportedTraffic = Required<Pick<SentReport, 'gateway' | 'startedAtMs' | 'counters'>>;

/**
 * Adds what a report says to the history, in the caller's transaction and under a lock on the gateway. The same report
 * may arrive twice, at two control planes, and in the wrong order.
 * @returns whether the gateway must tell all of its counters.
 */
export async function foldTraffic(query: Query, report: ReportedTraffic): Promise<boolean> {
  const { gateway, nowMs } = await lockGateway(query, report.gateway);
  const series = await selectSeries(query, report);
  const folded = foldReport({ ...report, gateway, series, nowMs });
  if (folded.kind !== 'folded') return folded.kind === 'incomplete';
  if (report.counters.variants.length > 0) await writeSeries(query, report, folded.points);
  await writeMeasured(query, report, folded.measured, nowMs);
  return false;
}

async function lockGateway(query: Query, name: string): Promise<{ gateway: GatewayState | null; nowMs: number }> {
  const row = await query
    .insertInto('traffic_gateways')
    .values({ gateway: name, started_at_ms: null, elapsed_ms: null, folded_at: null })
    .onConflict((conflict) => conflict.column('gateway').doUpdateSet({ gateway: name }))
    .returning(['started_at_ms', 'elapsed_ms', 'folded_at', sql<Date>`clock_timestamp()`.as('now')])
    .executeTakeFirstOrThrow();
  const { started_at_ms: startedAtMs, elapsed_ms: elapsedMs, folded_at: foldedAt, now } = row;
  const nowMs = now.getTime();
  if (startedAtMs === null || elapsedMs === null || foldedAt === null) return { gateway: null, nowMs };
  return { gateway: { startedAtMs: Number(startedAtMs), elapsedMs, foldedAtMs: foldedAt.getTime() }, nowMs };
}

async function selectSeries(query: Query, { gateway, counters }: ReportedTraffic): Promise<SeriesState[]> {
  if (counters.variants.length === 0) return [];
  const rows = await query
    .selectFrom('traffic_series')
    .select(['route', 'model_id', 'started_at_ms', 'errors', 'faults', 'latency'])
    .where('gateway', '=', gateway)
    .execute();
  return rows.map((row) => ({
    route: row.route,
    modelId: row.model_id,
    startedAtMs: Number(row.started_at_ms),
    errors: Number(row.errors),
    faults: Number(row.faults),
    latency: row.latency.map(Number),
  }));
}

/**
 * Keeps the counters as the next report's beginning, and adds what they have grown by to their buckets. Reports that
 * claim ever more for one bucket fill it up to its limit: the sums that are made of it must never fail.
 */
async function writeSeries(
  query: Query,
  { gateway, startedAtMs, counters }: ReportedTraffic,
  points: readonly FoldedPoint[],
): Promise<void> {
  const now = JSON.stringify(counters.variants);
  const grown = JSON.stringify(points.map((point) => ({ ...point, bucket: new Date(point.bucketMs).toISOString() })));
  await sql`
    with told as (
      insert into traffic_series (gateway, route, model_id, started_at_ms, errors, faults, latency)
      select ${gateway}::text, v."route", v."modelId", ${startedAtMs}::bigint, v."errors", v."faults", v."latency"
      from jsonb_to_recordset(${now}::jsonb)
        as v ("route" text, "modelId" text, "errors" bigint, "faults" bigint, "latency" bigint[])
      on conflict (gateway, route, model_id) do update set
        started_at_ms = excluded.started_at_ms,
        errors = excluded.errors,
        faults = excluded.faults,
        latency = excluded.latency
      returning id, route, model_id
    )
    insert into traffic_points as p (series, width_s, bucket, requests, errors, faults, latency)
    select told.id, ${fineWidthMs / 1_000}::smallint, g."bucket", g."requests", g."errors", g."faults", g."latency"
    from jsonb_to_recordset(${grown}::jsonb) as g (
      "route" text, "modelId" text, "bucket" timestamptz,
      "requests" integer, "errors" integer, "faults" integer, "latency" integer[]
    )
    join told on told.route = g."route" and told.model_id = g."modelId"
    on conflict (series, width_s, bucket) do update set
      requests = least(${bucketRequestsMax}::integer, p.requests + excluded.requests),
      errors = least(${bucketRequestsMax}::integer, p.errors + excluded.errors),
      faults = least(${bucketRequestsMax}::integer, p.faults + excluded.faults),
      latency = (
        select array_agg(least(${bucketRequestsMax}::integer, coalesce(a, 0) + coalesce(b, 0)) order by n)
        from unnest(p.latency, excluded.latency) with ordinality as both_counts (a, b, n)
      )`.execute(query);
}

/**
 * Last of all, so that summing up waits for the points of a bucket that it finds dirty. No more than the whole bucket is
 * measured, whatever two processes under one name tell.
 */
async function writeMeasured(
  query: Query,
  { gateway, startedAtMs, counters }: ReportedTraffic,
  measured: readonly Piece[],
  nowMs: number,
): Promise<void> {
  const pieces = JSON.stringify(
    measured.map(({ bucketMs, durationMs }) => ({
      bucket: new Date(bucketMs).toISOString(),
      ms: Math.round(durationMs),
    })),
  );
  await sql`
    with state as (
      update traffic_gateways
      set started_at_ms = ${startedAtMs}::bigint, elapsed_ms = ${counters.elapsedMs}::double precision, folded_at = ${new Date(nowMs)}::timestamptz
      where gateway = ${gateway}
    )
    insert into traffic_measured as m (gateway, width_s, bucket, measured_ms, dirty)
    select ${gateway}::text, ${fineWidthMs / 1_000}::smallint, bucket, ms, true
    from jsonb_to_recordset(${pieces}::jsonb) as p (bucket timestamptz, ms integer)
    order by bucket
    on conflict (gateway, width_s, bucket) do update set
      measured_ms = least(${fineWidthMs}::integer, m.measured_ms + excluded.measured_ms),
      dirty = true`.execute(query);
}
