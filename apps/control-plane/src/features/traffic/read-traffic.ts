import { trafficSeriesMax } from '@cluster-ai/contract/api/traffic.ts';
import type { TrafficGrouping } from '@cluster-ai/contract/api/traffic.ts';
import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { Query } from '../../database/change.ts';
import type { RangePlan } from './plan-range.ts';
import { sumLatency } from './sum-latency.ts';
import { widthsSeconds } from './widths.ts';

export interface TrafficFilter {
  readonly gateway?: string | undefined;
  readonly route?: string | undefined;
  readonly groupBy: TrafficGrouping;
}

/** Names of a series; null where the grouping has none. */
export interface GroupNames {
  readonly gateway: string | null;
  readonly route: string | null;
  readonly modelId: string | null;
}

export interface GroupStep extends GroupNames {
  readonly atMs: number;
  readonly requests: number;
  readonly errors: number;
  readonly faults: number;
  readonly latency: readonly number[];
}

export interface MeasuredStep {
  /** Null for all gateways together. */
  readonly gateway: string | null;
  readonly atMs: number;
  readonly measuredMs: number;
}

export interface TrafficRows {
  /** Steps with requests, of the series with the most of them. */
  readonly steps: readonly GroupStep[];
  /** Names of those series, most requests first. */
  readonly groups: readonly GroupNames[];
  readonly groupsInAll: number;
  readonly measured: readonly MeasuredStep[];
}

/** Reads what the answer is made from: sums for each step and group, and how long was measured. */
export async function readTraffic(query: Query, plan: RangePlan, filter: TrafficFilter): Promise<TrafficRows> {
  const ranked = await rankGroups(query, plan, filter);
  const shown = ranked.slice(0, trafficSeriesMax);
  return {
    groups: shown.map(({ gateway, route, modelId }) => ({ gateway, route, modelId })),
    groupsInAll: ranked.length,
    steps: await readSteps(
      query,
      plan,
      filter,
      shown.flatMap(({ series }) => series),
    ),
    measured: await readMeasured(query, plan, filter),
  };
}

interface RankedGroup extends GroupNames {
  readonly series: readonly string[];
}

function nameColumns(groupBy: TrafficGrouping): RawBuilder<unknown> {
  const gateway = groupBy === 'gateway' ? sql`s.gateway` : sql`null::text`;
  const route = groupBy === 'route' || groupBy === 'version' ? sql`s.route` : sql`null::text`;
  const model = groupBy === 'version' ? sql`s.model_id` : sql`null::text`;
  return sql`${gateway} as gateway, ${route} as route, ${model} as "modelId"`;
}

function inRange(plan: RangePlan): RawBuilder<unknown> {
  return sql`width_s = ${plan.width}::smallint and bucket >= ${new Date(plan.fromMs)}::timestamptz
    and bucket < ${new Date(plan.toMs)}::timestamptz`;
}

function stepOf(plan: RangePlan): RawBuilder<unknown> {
  return sql`date_bin(make_interval(secs => ${plan.stepSeconds}::integer), bucket, 'epoch'::timestamptz)`;
}

async function rankGroups(query: Query, plan: RangePlan, filter: TrafficFilter): Promise<RankedGroup[]> {
  const { gateway, route } = filter;
  const result = await sql<RankedGroup>`
    with sums as (
      select p.series, sum(p.requests) as requests from traffic_points p
      join traffic_series s on s.id = p.series
      where ${inRange(plan)}
        ${gateway === undefined ? sql`` : sql`and s.gateway = ${gateway}`}
        ${route === undefined ? sql`` : sql`and s.route = ${route}`}
      group by p.series
    ), named as (
      select ${nameColumns(filter.groupBy)}, sums.series, sums.requests
      from sums join traffic_series s on s.id = sums.series
    )
    select gateway, route, "modelId", array_agg(series)::text[] as series
    from named
    group by gateway, route, "modelId"
    order by sum(requests) desc, gateway, route, "modelId"`.execute(query);
  return result.rows;
}

interface StepRow extends GroupNames {
  readonly at: Date;
  readonly requests: string;
  readonly errors: string;
  readonly faults: string;
  readonly latency: readonly string[];
}

async function readSteps(
  query: Query,
  plan: RangePlan,
  filter: TrafficFilter,
  series: readonly string[],
): Promise<GroupStep[]> {
  if (series.length === 0) return [];
  const result = await sql<StepRow>`
    with points as (
      select ${stepOf(plan)} as at, ${nameColumns(filter.groupBy)}, requests, p.errors, p.faults, p.latency
      from traffic_points p join traffic_series s on s.id = p.series
      where p.series = any(${series}::bigint[]) and ${inRange(plan)}
    )
    select at, gateway, route, "modelId", sum(requests) as requests, sum(errors) as errors, sum(faults) as faults,
      ${sumLatency()} as latency
    from points
    group by at, gateway, route, "modelId"
    order by at`.execute(query);
  return result.rows.map((row) => ({
    gateway: row.gateway,
    route: row.route,
    modelId: row.modelId,
    atMs: row.at.getTime(),
    requests: Number(row.requests),
    errors: Number(row.errors),
    faults: Number(row.faults),
    latency: row.latency.map(Number),
  }));
}

/** A gateway's own time where the answer is about one, else the time of which any of them told. */
async function readMeasured(query: Query, plan: RangePlan, filter: TrafficFilter): Promise<MeasuredStep[]> {
  const { gateway, groupBy } = filter;
  const each = groupBy === 'gateway' || gateway !== undefined;
  const isFinest = plan.width === widthsSeconds[0];
  const buckets = isFinest && !each ? sql`max(measured_ms)` : sql`sum(measured_ms)`;
  const of = each
    ? sql`gateway <> '' ${gateway === undefined ? sql`` : sql`and gateway = ${gateway}`}`
    : isFinest
      ? sql`true`
      : sql`gateway = ''`;
  const result = await sql<{ gateway: string | null; at: Date; measured: string }>`
    select gateway, ${stepOf(plan)} as at, sum(measured) as measured from (
      select ${each && groupBy === 'gateway' ? sql`gateway` : sql`null::text`} as gateway, bucket, ${buckets} as measured
      from traffic_measured where ${inRange(plan)} and ${of}
      group by 1, bucket
    ) as by_bucket
    group by gateway, at`.execute(query);
  return result.rows.map((row) => ({
    gateway: row.gateway,
    atMs: row.at.getTime(),
    measuredMs: Number(row.measured),
  }));
}
