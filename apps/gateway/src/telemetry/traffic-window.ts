import type { GatewayReport, Traffic } from '@cluster-ai/contract/telemetry.ts';
import { quantileMs } from './histogram.ts';
import type { VariantStats } from './variant-stats.ts';

/** Shortest window that a rate is computed over: what follows a start or a change at once would show a spike. */
const windowMsMin = 1_000;

interface Counts {
  readonly requests: number;
  readonly errors: number;
  readonly durations: Float64Array;
}

interface Mark {
  readonly atMs: number;
  readonly counts: ReadonlyMap<VariantStats, Counts>;
}

const none: Counts = { requests: 0, errors: 0, durations: new Float64Array(0) };

/** Turns counters that only grow into rates and quantiles of the last seconds. */
export class TrafficWindow {
  private older: Mark;
  private newer: Mark;

  constructor(nowMs: number) {
    this.older = { atMs: nowMs, counts: new Map() };
    this.newer = this.older;
  }

  /** Measures since the last call but one at least a second ago. */
  measure(stats: readonly VariantStats[], nowMs: number): Pick<GatewayReport, 'windowSeconds' | 'total' | 'traffic'> {
    const counts = new Map(stats.map((entry) => [entry, countsOf(entry)]));
    if (nowMs - this.newer.atMs >= windowMsMin) {
      this.older = this.newer;
      this.newer = { atMs: nowMs, counts };
    }
    const windowSeconds = Math.max(windowMsMin, nowMs - this.older.atMs) / 1_000;
    const all = { requests: 0, errors: 0 };
    const allBefore = { requests: 0, errors: 0 };
    let durations = new Float64Array(0);
    const traffic: Traffic[] = [];
    for (const [entry, now] of counts) {
      const before = this.older.counts.get(entry) ?? none;
      const during = now.durations.map((count, index) => count - (before.durations[index] ?? 0));
      durations = during.map((count, index) => count + (durations[index] ?? 0));
      all.requests += now.requests;
      all.errors += now.errors;
      allBefore.requests += before.requests;
      allBefore.errors += before.errors;
      // Requests that reached no variant are in the total only.
      if (entry.route !== '') {
        traffic.push({ route: entry.route, modelId: entry.modelId, ...rates(now, before, during, windowSeconds) });
      }
    }
    return { windowSeconds, total: rates(all, allBefore, durations, windowSeconds), traffic };
  }
}

type Totals = Pick<Counts, 'requests' | 'errors'>;

function rates(
  now: Totals,
  before: Totals,
  during: Float64Array,
  windowSeconds: number,
): Omit<Traffic, 'route' | 'modelId'> {
  return {
    requestsTotal: now.requests,
    errorsTotal: now.errors,
    requestsPerSecond: (now.requests - before.requests) / windowSeconds,
    errorsPerSecond: (now.errors - before.errors) / windowSeconds,
    p50Ms: quantileMs(during, 0.5),
    p99Ms: quantileMs(during, 0.99),
  };
}

function countsOf(stats: VariantStats): Counts {
  return { requests: stats.requests, errors: stats.errorsTotal, durations: stats.total.counters() };
}
