import type { TrafficAnswer, TrafficGrouping, TrafficPoint, TrafficSeries } from '@cluster-ai/contract/api/traffic.ts';
import type { RangePlan } from './plan-range.ts';
import { quantileMs } from './quantile.ts';
import type { GroupNames, GroupStep, TrafficRows } from './read-traffic.ts';

/** Makes the series of an answer: a point for every step, null where nothing was measured. */
export function presentTraffic(plan: RangePlan, rows: TrafficRows, groupBy: TrafficGrouping): TrafficAnswer {
  const measured = new Map(rows.measured.map((step) => [`${step.gateway ?? ''} ${step.atMs}`, step.measuredMs]));
  const stepsOf = Map.groupBy(rows.steps, keyOf);
  const groups = [...rows.groups, ...silentGroups(rows, groupBy)];
  return {
    fromMs: plan.fromMs,
    toMs: plan.toMs,
    stepSeconds: plan.stepSeconds,
    series: groups.map((names) =>
      seriesOf(plan, names, stepsOf.get(keyOf(names)) ?? [], (atMs) => measured.get(`${names.gateway ?? ''} ${atMs}`)),
    ),
    seriesOmitted: rows.groupsInAll - rows.groups.length,
  };
}

/** Series that there are although nobody asked for anything: the one without names, and gateways without requests. */
function silentGroups({ groups, measured }: TrafficRows, groupBy: TrafficGrouping): GroupNames[] {
  if (groupBy === 'none') return groups.length === 0 ? [{ gateway: null, route: null, modelId: null }] : [];
  if (groupBy !== 'gateway') return [];
  const asked = new Set(groups.map(({ gateway }) => gateway));
  const silent = new Set(measured.map(({ gateway }) => gateway).filter((gateway) => !asked.has(gateway)));
  return [...silent].map((gateway) => ({ gateway, route: null, modelId: null }));
}

function keyOf({ gateway, route, modelId }: GroupNames): string {
  return JSON.stringify([gateway, route, modelId]);
}

function seriesOf(
  plan: RangePlan,
  { gateway, route, modelId }: GroupNames,
  steps: readonly GroupStep[],
  measuredMsAt: (atMs: number) => number | undefined,
): TrafficSeries {
  const at = new Map(steps.map((step) => [step.atMs, step]));
  const points: TrafficPoint[] = [];
  for (let atMs = plan.fromMs; atMs < plan.toMs; atMs += plan.stepSeconds * 1_000) {
    points.push(pointOf(atMs, at.get(atMs), measuredMsAt(atMs) ?? 0));
  }
  const latency = sumOf(steps.map((step) => step.latency));
  return {
    gateway,
    route,
    modelId,
    requests: steps.reduce((sum, step) => sum + step.requests, 0),
    errors: steps.reduce((sum, step) => sum + step.errors, 0),
    faults: steps.reduce((sum, step) => sum + step.faults, 0),
    ...quantilesOf(latency),
    points,
  };
}

function pointOf(atMs: number, step: GroupStep | undefined, measuredMs: number): TrafficPoint {
  const perSecond = (count: number): number | null => (measuredMs === 0 ? null : (count * 1_000) / measuredMs);
  return {
    atMs,
    requestsPerSecond: perSecond(step?.requests ?? 0),
    errorsPerSecond: perSecond(step?.errors ?? 0),
    faultsPerSecond: perSecond(step?.faults ?? 0),
    ...quantilesOf(step?.latency ?? []),
  };
}

function quantilesOf(latency: readonly number[]): Pick<TrafficPoint, 'p50Ms' | 'p95Ms' | 'p99Ms'> {
  return { p50Ms: quantileMs(latency, 0.5), p95Ms: quantileMs(latency, 0.95), p99Ms: quantileMs(latency, 0.99) };
}

function sumOf(latencies: readonly (readonly number[])[]): number[] {
  const length = Math.max(0, ...latencies.map((latency) => latency.length));
  return Array.from({ length }, (_, bucket) => latencies.reduce((sum, latency) => sum + (latency[bucket] ?? 0), 0));
}
