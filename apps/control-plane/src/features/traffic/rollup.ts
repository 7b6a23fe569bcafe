import { sql } from 'kysely';
import type { Query } from '../../database/change.ts';
import { sumLatency } from './sum-latency.ts';
import { widthsSeconds } from './widths.ts';

/**
 * Brings the wider buckets up to date with the finer ones. Only buckets that hold something new are summed up, each
 * anew and whole, so that doing it twice changes nothing.
 * @returns how many wider buckets were written.
 */
export async function rollUp(query: Query): Promise<number> {
  let written = 0;
  for (const [index, width] of widthsSeconds.entries()) {
    const wider = widthsSeconds[index + 1];
    if (wider !== undefined) written += await sumInto(query, width, wider);
  }
  return written;
}

async function sumInto(query: Query, width: number, wider: number): Promise<number> {
  // Statements of their own: whoever is folding into one of these buckets is waited for here, and what it has written
  // is seen by the next statement alone.
  const dirty = await sql<{ gateway: string; bucket: Date }>`
    with locked as (
      select gateway, bucket from traffic_measured
      where width_s = ${width}::smallint and dirty
      order by gateway, bucket
      for update
    ), cleaned as (
      update traffic_measured m set dirty = false
      from locked
      where m.gateway = locked.gateway and m.width_s = ${width}::smallint and m.bucket = locked.bucket
      returning m.gateway, m.bucket
    )
    select distinct gateway, date_bin(make_interval(secs => ${wider}::integer), bucket, 'epoch'::timestamptz) as bucket
    from cleaned`.execute(query);
  if (dirty.rows.length === 0) return 0;
  const buckets = JSON.stringify(dirty.rows);
  await sumMeasured(query, width, wider, buckets);
  await sumPoints(query, width, wider, buckets);
  return dirty.rows.length;
}

/**
 * The finest buckets have no row for all gateways together: for how much of a bucket anything is known is what the
 * gateway told that told most.
 */
async function sumMeasured(query: Query, width: number, wider: number, buckets: string): Promise<void> {
  const together =
    width === widthsSeconds[0]
      ? sql`
        union all
        select '', t.bucket, (
          select coalesce(sum(most), 0) from (
            select max(m.measured_ms) as most from traffic_measured m
            where m.width_s = ${width}::smallint and m.bucket >= t.bucket
              and m.bucket < t.bucket + make_interval(secs => ${wider}::integer)
            group by m.bucket
          ) as of_each
        )
        from (select distinct bucket from touched) as t`
      : sql``;
  await sql`
    with touched as (
      select gateway, bucket from jsonb_to_recordset(${buckets}::jsonb) as t (gateway text, bucket timestamptz)
    ), sums (gateway, bucket, measured_ms) as (
      select t.gateway, t.bucket, sum(m.measured_ms)
      from touched t
      join traffic_measured m on m.gateway = t.gateway and m.width_s = ${width}::smallint and m.bucket >= t.bucket
        and m.bucket < t.bucket + make_interval(secs => ${wider}::integer)
      group by t.gateway, t.bucket
      ${together}
    )
    insert into traffic_measured (gateway, width_s, bucket, measured_ms, dirty)
    select gateway, ${wider}::smallint, bucket, measured_ms, true from sums order by gateway, bucket
    on conflict (gateway, width_s, bucket) do update set measured_ms = excluded.measured_ms, dirty = true`.execute(
    query,
  );
}

async function sumPoints(query: Query, width: number, wider: number, buckets: string): Promise<void> {
  await sql`
    with touched as (
      select gateway, bucket from jsonb_to_recordset(${buckets}::jsonb) as t (gateway text, bucket timestamptz)
    ), finer as (
      select s.id, t.bucket, p.requests, p.errors, p.faults, p.latency
      from touched t
      join traffic_series s on s.gateway = t.gateway
      join traffic_points p on p.series = s.id and p.width_s = ${width}::smallint and p.bucket >= t.bucket
        and p.bucket < t.bucket + make_interval(secs => ${wider}::integer)
    )
    insert into traffic_points (series, width_s, bucket, requests, errors, faults, latency)
    select id, ${wider}::smallint, bucket, sum(requests), sum(errors), sum(faults), ${sumLatency()}
    from finer
    group by id, bucket
    order by id, bucket
    on conflict (series, width_s, bucket) do update set
      requests = excluded.requests, errors = excluded.errors, faults = excluded.faults, latency = excluded.latency`.execute(
    query,
  );
}
