import type { RunsOfSize } from './run-costs.ts';

/** What a model version has served in a stretch of time: the evidence by which its batches are chosen. */
export interface ServedWindow {
  readonly durationMs: number;
  readonly rows: number;
  readonly batches: number;
  /** Batches that had as many rows as they may. */
  readonly fullBatches: number;
  /** Of requests, from their arrival in the queue to the model's answer. Those whose deadline passed count. */
  readonly latencyP99Ms: number;
  /** The part of it before the handing over. */
  readonly queueP99Ms: number;
  /** Time inside the runtime, of all instances together. */
  readonly busyMs: number;
  readonly runs: readonly RunsOfSize[];
}

/** A window in the words of the policy. */
export interface SeenWindow {
  readonly p99Ms: number;
  readonly queueP99Ms: number;
  readonly rowsPerSecond: number;
  readonly rowsPerBatch: number;
  /** Of the batches with the most rows. */
  readonly rowsLargest: number;
  /** Part of all batches. */
  readonly full: number;
  /** Part of the time in which an instance was in the runtime; more than 1 never. */
  readonly busy: number;
  /** Rows for each millisecond inside the runtime. */
  readonly rowsPerBusyMs: number;
}

/** @param instances that were there. */
export function seeWindow(window: ServedWindow, instances: number): SeenWindow {
  const { durationMs, rows, batches, busyMs } = window;
  return {
    p99Ms: window.latencyP99Ms,
    queueP99Ms: window.queueP99Ms,
    rowsPerSecond: (rows / durationMs) * 1_000,
    rowsPerBatch: rows / Math.max(1, batches),
    rowsLargest: window.runs.reduce((most, run) => (run.count > 0 ? Math.max(most, run.rows) : most), 1),
    full: Math.min(1, window.fullBatches / Math.max(1, batches)),
    busy: Math.min(1, busyMs / (durationMs * Math.max(1, instances))),
    rowsPerBusyMs: rows / Math.max(0.001, busyMs),
  };
}
