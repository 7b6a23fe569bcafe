/** The chart looks back this far, milliseconds. */
export const historyWindowMs = 300_000;

/** One look at the traffic. Null figures draw a gap: nobody answered, or there was no request to measure. */
export interface TrafficSample {
  readonly atMs: number;
  readonly requestsPerSecond: number | null;
  readonly errorsPerSecond: number | null;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
}

/** Polls may be this late before the line is broken, milliseconds. */
const gapMs = 7_000;

/**
 * Appends a sample and forgets what the chart no longer shows. After a silence a gap goes in first, so that the line
 * never claims to know what happened while nobody looked.
 */
export function appendSample(history: readonly TrafficSample[], sample: TrafficSample): readonly TrafficSample[] {
  const last = history.at(-1);
  if (last !== undefined && sample.atMs <= last.atMs) return history;
  const kept = history.filter((entry) => entry.atMs > sample.atMs - historyWindowMs);
  if (last !== undefined && sample.atMs - last.atMs > gapMs) kept.push(gapAfter(last));
  kept.push(sample);
  return kept;
}

function gapAfter(last: TrafficSample): TrafficSample {
  return { atMs: last.atMs + 1, requestsPerSecond: null, errorsPerSecond: null, p50Ms: null, p99Ms: null };
}
