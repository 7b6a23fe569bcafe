/**
 * A latency histogram for the request path: one array, no allocation, about ten nanoseconds an observation.
 *
 * Buckets are log-linear in microseconds: one a microsecond up to eight, then eight steps in each power of two. A bucket
 * holds what is above its lower and at most its upper bound, so a quantile is never too low and at most 12.5 % too high
 * (below eight microseconds: at most one microsecond), and counts at a power of two are exact. The last bucket begins
 * near 2^31 µs (36 minutes) and takes everything longer.
 */
const stepsPerOctave = 8;
const stepBits = 3;
const octaves = 28;
export const histogramBuckets = (octaves + 1) * stepsPerOctave;
const microsecondsMax = 2 ** 31 - 1;
/** One absurd value must not spoil the sum for ever. */
const durationMsMax = 86_400_000;

/** Upper bounds that are exposed to Prometheus, as powers of two in microseconds: 64 µs to 134 s. */
export const exposedOctaves: readonly number[] = Array.from({ length: octaves - 6 }, (_, index) => index + 6);

export class Histogram {
  private readonly counts = new Float64Array(histogramBuckets);
  private sumMs = 0;

  /** @param durationMs what is no duration (negative, NaN) counts as 0, and more than a day as a day. */
  observe(durationMs: number): void {
    const countedMs = durationMs > 0 ? Math.min(durationMs, durationMsMax) : 0;
    this.sumMs += countedMs;
    const index = bucketIndex(countedMs);
    this.counts[index] = (this.counts[index] ?? 0) + 1;
  }

  get sumSeconds(): number {
    return this.sumMs / 1_000;
  }

  /** A copy of the counters; the difference of two is what happened between them. */
  counters(): Float64Array {
    return this.counts.slice();
  }
}

/** Bucket `m` of whole microseconds takes (m, m + 1]. */
function bucketIndex(durationMs: number): number {
  const microseconds = Math.min(microsecondsMax, Math.max(0, Math.ceil(durationMs * 1_000) - 1));
  if (microseconds < stepsPerOctave) return microseconds;
  const octave = 31 - Math.clz32(microseconds);
  const step = (microseconds >> (octave - stepBits)) & (stepsPerOctave - 1);
  return (octave - stepBits + 1) * stepsPerOctave + step;
}

/** Inclusive upper bound of a bucket, microseconds. */
function upperBound(index: number): number {
  if (index < stepsPerOctave) return index + 1;
  const octave = Math.floor(index / stepsPerOctave) + stepBits - 1;
  const step = index % stepsPerOctave;
  return (stepsPerOctave + step + 1) * 2 ** (octave - stepBits);
}

/** Inclusive upper bound of a bucket, milliseconds. */
export function upperBoundMs(index: number): number {
  return upperBound(index) / 1_000;
}

/**
 * The value at or below which `share` of the observations lie, milliseconds, at most 12.5 % too high.
 * @param counts counters, or the difference of two.
 * @returns null when there were none.
 */
export function quantileMs(counts: Float64Array, share: number): number | null {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  let seen = 0;
  let index = 0;
  for (; index < counts.length - 1; index += 1) {
    seen += counts[index] ?? 0;
    if (seen > 0 && seen >= share * total) break;
  }
  return upperBoundMs(index);
}

/** Observations of at most 2^octave microseconds, for each of `exposedOctaves`, and all of them at the end. */
export function cumulativeCounts(counts: Float64Array): { readonly below: readonly number[]; readonly total: number } {
  const below: number[] = [];
  let seen = 0;
  let index = 0;
  for (const octave of exposedOctaves) {
    for (; index < counts.length && upperBound(index) <= 2 ** octave; index += 1) seen += counts[index] ?? 0;
    below.push(seen);
  }
  for (; index < counts.length; index += 1) seen += counts[index] ?? 0;
  return { below, total: seen };
}
