import type { BatchTimes } from '../batching/ticket.ts';

/** Batch sizes that are counted one by one; those that come later count in the sums alone. */
const batchSizesMax = 256;

/** How often something took place, and how long it took altogether. */
export class TimedCount {
  count = 0;
  private totalMs = 0;

  add(durationMs: number): void {
    this.count += 1;
    // Two clocks measure some of them: the difference of two equal instants may be below zero.
    this.totalMs += Math.max(0, durationMs);
  }

  /** Nanoseconds, a whole number; exact to the millisecond for thousands of years, to the nanosecond for a hundred days. */
  get ns(): number {
    return Math.round(this.totalMs * 1e6);
  }
}

/** Runs of one batch size. */
export interface BatchStatistics {
  readonly computeInput: TimedCount;
  readonly computeInfer: TimedCount;
  readonly computeOutput: TimedCount;
}

/**
 * What the statistics extension of the Open Inference Protocol tells of a model version behind a route. Requests that were
 * refused before they reached it are none of its own.
 */
export class InferenceStatistics {
  /** Milliseconds since 1970; 0 before the first. */
  lastInferenceMs = 0;
  /** Rows of requests that succeeded; a model without a batch dimension counts one for each. */
  inferenceCount = 0;
  /** Runs of the model; fewer than requests where these were merged. */
  executionCount = 0;
  readonly success = new TimedCount();
  readonly fail = new TimedCount();
  readonly queue = new TimedCount();
  readonly computeInput = new TimedCount();
  readonly computeInfer = new TimedCount();
  readonly computeOutput = new TimedCount();
  /** By rows of the batch. */
  readonly batches = new Map<number, BatchStatistics>();

  /** @param durationMs from the decoded request to the outputs. */
  succeeded(times: BatchTimes, durationMs: number, wallMs: number): void {
    this.lastInferenceMs = wallMs;
    this.inferenceCount += times.rows;
    this.success.add(durationMs);
    this.queue.add(times.queueMs + times.waitMs);
    this.computeInput.add(times.inputMs);
    this.computeInfer.add(times.computeMs);
    this.computeOutput.add(outputMsOf(times));
    this.countRun(times);
  }

  /** @param times of the run whose answer could not be written; null where there was none. */
  failed(durationMs: number, wallMs: number, times: BatchTimes | null): void {
    this.lastInferenceMs = wallMs;
    this.fail.add(durationMs);
    // Others may have been answered by the same run.
    if (times !== null) this.countRun(times);
  }

  /** A batch is counted by one of its requests. */
  private countRun(times: BatchTimes): void {
    if (!times.leads) return;
    this.executionCount += 1;
    const batch = this.batchOf(times.batchRows);
    batch?.computeInput.add(times.inputMs);
    batch?.computeInfer.add(times.computeMs);
    batch?.computeOutput.add(outputMsOf(times));
  }

  private batchOf(rows: number): BatchStatistics | null {
    const known = this.batches.get(rows);
    if (known !== undefined) return known;
    if (this.batches.size >= batchSizesMax) return null;
    const made = { computeInput: new TimedCount(), computeInfer: new TimedCount(), computeOutput: new TimedCount() };
    this.batches.set(rows, made);
    return made;
  }
}

/** What is left of a run beside waiting, the way in, and computing. */
function outputMsOf({ executeMs, waitMs, inputMs, computeMs }: BatchTimes): number {
  return executeMs - waitMs - inputMs - computeMs;
}
