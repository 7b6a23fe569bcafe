import type { BatchCountsSnapshot } from '@cluster-ai/core/batching/batch-counts.ts';
import type { RunSizes } from '@cluster-ai/core/batching/run-sizes.ts';
import type { ServedWindow } from '@cluster-ai/core/batching/served-window.ts';
import { quantileMs } from '../telemetry/histogram.ts';
import type { BatchFigures } from './batch-figures.ts';

/** A window ends with so many requests, when it is not shorter than `shortestMs`. */
const requestsEnough = 200;
const shortestMs = 500;
/** One with fewer requests lasts longer; with so few it is forgotten after a while: they say nothing of one of a hundred. */
const longerMs = 5_000;
const requestsLeast = 20;
const forgottenAfterMs = 30_000;

interface Mark {
  readonly atMs: number;
  readonly counts: BatchCountsSnapshot;
  readonly runs: RunSizes;
  readonly latency: Float64Array;
  readonly queue: Float64Array;
  readonly busySeconds: number;
}

/** Cuts what is counted of a model version's batches into windows that have something to say. */
export class WindowOfFigures {
  private readonly figures: BatchFigures;
  private begin: Mark;

  constructor(figures: BatchFigures, nowMs: number) {
    this.figures = figures;
    this.begin = this.mark(nowMs);
  }

  /** What was counted so far belongs to no window. */
  restart(nowMs: number): void {
    this.begin = this.mark(nowMs);
  }

  /** @returns the window that ends now; null when it has to go on. */
  take(nowMs: number): ServedWindow | null {
    const { begin } = this;
    const durationMs = nowMs - begin.atMs;
    const end = this.mark(nowMs);
    const latency = difference(end.latency, begin.latency);
    const requests = latency.reduce((sum, count) => sum + count, 0);
    // Silence before a load would make instances look less busy than they are.
    if (requests === 0) this.begin = end;
    if (durationMs < shortestMs) return null;
    const isEnough = requests >= requestsEnough || (durationMs >= longerMs && requests >= requestsLeast);
    if (isEnough || durationMs >= forgottenAfterMs) this.begin = end;
    if (!isEnough) return null;
    const runs = end.runs.since(begin.runs);
    const sum = (of: (run: (typeof runs)[number]) => number): number => runs.reduce((total, run) => total + of(run), 0);
    return {
      durationMs,
      rows: sum(({ rows, count }) => rows * count),
      batches: sum(({ count }) => count),
      fullBatches: fullOf(end) - fullOf(begin),
      latencyP99Ms: quantileMs(latency, 0.99) ?? 0,
      queueP99Ms: quantileMs(difference(end.queue, begin.queue), 0.99) ?? 0,
      busyMs: (end.busySeconds - begin.busySeconds) * 1_000,
      runs,
    };
  }

  private mark(atMs: number): Mark {
    const { counts, runs, latency, queue, compute } = this.figures;
    return {
      atMs,
      counts: counts.snapshot(),
      runs: runs.copy(),
      latency: latency.counters(),
      queue: queue.counters(),
      busySeconds: compute.sumSeconds,
    };
  }
}

function fullOf({ counts }: Mark): number {
  return counts.closed.full + counts.closed.preferred;
}

function difference(after: Float64Array, before: Float64Array): Float64Array {
  return after.map((count, index) => count - (before[index] ?? 0));
}
