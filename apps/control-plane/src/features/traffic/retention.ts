import { sql } from 'kysely';
import type { Query } from '../../database/change.ts';
import { keptMs, widthsSeconds } from './widths.ts';

/** Whole buckets of the widest kind are forgotten, so that no wider bucket is ever summed up from a part of it. */
const widestMs = 900_000;

/**
 * Forgets what is older than its time, and series and gateways of which nothing is left.
 * @returns how many points were removed.
 */
export async function forgetOldTraffic(query: Query, nowMs: number, retentionDays: number): Promise<number> {
  // Reports that are being folded are waited for, and new ones wait: none may add to a series that is about to go.
  await query.selectFrom('traffic_gateways').select('gateway').orderBy('gateway').forUpdate().execute();
  let removed = 0;
  for (const width of widthsSeconds) {
    const before = new Date(Math.floor((nowMs - keptMs(width, retentionDays)) / widestMs) * widestMs);
    const points = await query
      .deleteFrom('traffic_points')
      .using('traffic_series')
      .whereRef('traffic_points.series', '=', 'traffic_series.id')
      .where('width_s', '=', width)
      .where('bucket', '<', before)
      .executeTakeFirst();
    removed += Number(points.numDeletedRows);
    await query.deleteFrom('traffic_measured').where('width_s', '=', width).where('bucket', '<', before).execute();
  }
  // The counters of a process that still runs are needed, however long they have not changed.
  await query
    .deleteFrom('traffic_gateways')
    .where('folded_at', '<', new Date(nowMs - keptMs(900, retentionDays)))
    .execute();
  await sql`
    delete from traffic_series s
    where not exists (select from traffic_points p where p.series = s.id)
      and not exists (
        select from traffic_gateways g where g.gateway = s.gateway and g.started_at_ms = s.started_at_ms
      )`.execute(query);
  return removed;
}
