import type { TrafficCounters } from '@cluster-ai/contract/telemetry.ts';
import { latencyCounts } from './latency-counts.ts';
import type { VariantStats } from './variant-stats.ts';

/**
 * The counters of each report. Variants that have not changed since the last report that was accepted are left out:
 * counters only grow, so a report that gets lost is made up for by the next one.
 */
export class TrafficCounterReports {
  /** Requests of each variant in the last report that was accepted. */
  private readonly accepted = new Map<VariantStats, number>();
  private sent: ReadonlyMap<VariantStats, number> = new Map();
  /** The control plane has not said that it knows this process. */
  private complete = true;

  /** @param elapsedMs age of the process. */
  next(stats: readonly VariantStats[], elapsedMs: number): TrafficCounters {
    const told = stats.filter((entry) => this.complete || entry.requests !== (this.accepted.get(entry) ?? 0));
    this.sent = new Map(told.map((entry) => [entry, entry.requests]));
    return {
      elapsedMs,
      complete: this.complete,
      variants: told.map((entry) => ({
        route: entry.route,
        modelId: entry.modelId,
        errors: entry.errorsTotal,
        faults: entry.faultsTotal,
        latency: latencyCounts(entry.total.counters()),
      })),
    };
  }

  /** To be called when the report with the last counters was accepted. */
  acknowledged(wantsAll: boolean): void {
    this.complete = wantsAll;
    if (wantsAll) return;
    for (const [entry, requests] of this.sent) this.accepted.set(entry, requests);
  }
}
