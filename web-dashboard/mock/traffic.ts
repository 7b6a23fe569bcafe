import {
  trafficPointsMax,
  type TrafficAnswer,
  type TrafficPoint,
  type TrafficSeries,
} from '@cluster-ai/contract/api/traffic.ts';
import type { Scenario } from './fleet.ts';
import { rates, wave } from './rates.ts';

interface TrafficQuery {
  readonly from: number;
  readonly to: number;
  readonly route?: string | undefined;
  readonly groupBy: 'none' | 'gateway' | 'route' | 'version';
}

/** Before this the mock pretends to have measured nothing, milliseconds. */
const historyMs = 9 * 86_400_000;

/** History that follows the same fixed curves as the overview. */
export function mockTraffic(scenario: Scenario, query: TrafficQuery, nowMs: number): TrafficAnswer {
  const stepMs = Math.max(2_000, Math.ceil((query.to - query.from) / trafficPointsMax / 2_000) * 2_000);
  const fromMs = Math.floor(query.from / stepMs) * stepMs;
  const toMs = Math.ceil(query.to / stepMs) * stepMs;
  const times = Array.from({ length: (toMs - fromMs) / stepMs }, (_unused, index) => fromMs + index * stepMs);
  const names = seriesNames(scenario, query);
  const series = names.map((name) => makeSeries(name, times, stepMs, nowMs));
  return { fromMs, toMs, stepSeconds: stepMs / 1_000, series, seriesOmitted: 0 };
}

interface SeriesName {
  readonly gateway: string | null;
  readonly route: string | null;
  readonly modelId: string | null;
  readonly rate: number;
}

function seriesNames(scenario: Scenario, { groupBy, route }: TrafficQuery): SeriesName[] {
  if (scenario === 'no-gateway') return [];
  const isIdle = scenario === 'idle' || scenario === 'empty';
  const versions = Object.entries(rates)
    .map(([modelId, rate]) => seriesName({ route: modelId.split('@')[0] ?? modelId, modelId, rate: isIdle ? 0 : rate }))
    .filter((entry) => route === undefined || entry.route === route);
  const sum = versions.reduce((total, { rate }) => total + rate, 0);
  if (groupBy === 'none') return [seriesName({ rate: sum })];
  if (groupBy === 'version') return versions;
  if (groupBy === 'gateway') return [seriesName({ gateway: 'gateway-1', rate: sum })];
  const routes = [...new Set(versions.map((entry) => entry.route))];
  return routes.map((name) =>
    seriesName({
      route: name,
      rate: versions.filter((entry) => entry.route === name).reduce((total, { rate }) => total + rate, 0),
    }),
  );
}

function seriesName(known: Partial<SeriesName> & Pick<SeriesName, 'rate'>): SeriesName {
  return { gateway: null, route: null, modelId: null, ...known };
}

function makeSeries(name: SeriesName, times: readonly number[], stepMs: number, nowMs: number): TrafficSeries {
  const { rate, ...names } = name;
  const points = times.map((atMs) => point(atMs, rate, nowMs));
  const total = (of: (entry: TrafficPoint) => number | null) =>
    Math.round(points.reduce((sum, entry) => sum + (of(entry) ?? 0) * (stepMs / 1_000), 0));
  const requests = total((entry) => entry.requestsPerSecond);
  const measured = requests > 0;
  return {
    ...names,
    requests,
    errors: total((entry) => entry.errorsPerSecond),
    faults: total((entry) => entry.faultsPerSecond),
    p50Ms: measured ? 0.84 : null,
    p95Ms: measured ? 2.1 : null,
    p99Ms: measured ? 4.3 : null,
    points,
  };
}

function point(atMs: number, rate: number, nowMs: number): TrafficPoint {
  if (atMs > nowMs || atMs < nowMs - historyMs) {
    const none = { requestsPerSecond: null, errorsPerSecond: null, faultsPerSecond: null };
    return { atMs, ...none, p50Ms: null, p95Ms: null, p99Ms: null };
  }
  const daily = 1 + 0.35 * wave(atMs, 86_400_000);
  const requestsPerSecond = rate * daily * (1 + 0.12 * wave(atMs, 80_000) + 0.05 * wave(atMs, 611_000));
  const trouble = Math.max(0, wave(atMs, 420_000)) ** 6;
  const isMoving = rate > 0;
  return {
    atMs,
    requestsPerSecond,
    errorsPerSecond: requestsPerSecond * (0.001 + 0.012 * trouble),
    faultsPerSecond: requestsPerSecond * 0.006 * trouble,
    p50Ms: isMoving ? 0.82 + 0.1 * wave(atMs, 310_000) : null,
    p95Ms: isMoving ? 2.1 + 0.3 * wave(atMs, 230_000) + 2 * trouble : null,
    p99Ms: isMoving ? 3.6 + wave(atMs, 230_000) + 7 * trouble : null,
  };
}
