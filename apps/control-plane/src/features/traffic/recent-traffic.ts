import { sql } from 'kysely';
import type { Query } from '../../database/change.ts';
import { widthsSeconds } from './widths.ts';

export interface RecentTraffic {
  readonly minutes: number;
  readonly requests: number;
  readonly faults: number;
}

/** What all gateways have answered in the last minutes. */
export async function recentTraffic(query: Query, minutes: number): Promise<RecentTraffic> {
  const result = await sql<{ requests: string; faults: string }>`
    select coalesce(sum(p.requests), 0) as requests, coalesce(sum(p.faults), 0) as faults
    from traffic_series s join traffic_points p on p.series = s.id
    where width_s = ${widthsSeconds[0]}::smallint and bucket >= now() - make_interval(mins => ${minutes}::integer)`.execute(
    query,
  );
  const row = result.rows[0];
  return { minutes, requests: Number(row?.requests ?? 0), faults: Number(row?.faults ?? 0) };
}
