import { BatchCounts, type BatchCountsSnapshot, type ClosingReason } from '@cluster-ai/core/batching/batch-counts.ts';
import { RunSizes } from '@cluster-ai/core/batching/run-sizes.ts';
import { Histogram, quantileMs } from '../telemetry/histogram.ts';

/** A distribution of times, milliseconds; null before the first. */
export interface TimesSnapshot {
  readonly count: number;
  readonly meanMs: number | null;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
}

/** Everything that is counted of the queue and the batches of one model version. Plain data. */
export interface BatchFiguresSnapshot extends BatchCountsSnapshot {
  /** Of each request, from its arrival in the queue to its handing over. */
  readonly queue: TimesSnapshot;
  /** Of each batch, inside the runtime. */
  readonly compute: TimesSnapshot;
  /** Requests that the configuration kept from running: too many waited, or they waited for too long. */
  readonly refused: { readonly queueFull: number; readonly queueTimeout: number };
  /** Batches that failed and whose requests ran again one by one. */
  readonly takenApart: number;
}

/** What is counted of the batches of one model version, since it was loaded. */
export class BatchFigures {
  queueFull = 0;
  queueTimeout = 0;
  takenApart = 0;
  readonly counts = new BatchCounts();
  /** Of batches: from their handing over to their outputs, without the wait behind an earlier run. */
  readonly runs = new RunSizes();
  readonly queue = new Histogram();
  readonly compute = new Histogram();
  /** Of requests, from their arrival in the queue to their outputs, or to the end of their time. */
  readonly latency = new Histogram();

  handedOver(reason: ClosingReason, rows: number, requests: number): void {
    this.counts.add(reason, rows, requests);
  }

  waited(durationMs: number): void {
    this.queue.observe(durationMs);
  }

  computed(durationMs: number): void {
    this.compute.observe(durationMs);
  }

  snapshot(): BatchFiguresSnapshot {
    return {
      ...this.counts.snapshot(),
      queue: timesOf(this.queue),
      compute: timesOf(this.compute),
      refused: { queueFull: this.queueFull, queueTimeout: this.queueTimeout },
      takenApart: this.takenApart,
    };
  }
}

function timesOf(histogram: Histogram): TimesSnapshot {
  const counters = histogram.counters();
  const count = counters.reduce((sum, number) => sum + number, 0);
  return {
    count,
    meanMs: count === 0 ? null : (histogram.sumSeconds * 1_000) / count,
    p50Ms: quantileMs(counters, 0.5),
    p99Ms: quantileMs(counters, 0.99),
  };
}
