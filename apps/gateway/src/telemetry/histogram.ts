/**
 * A latency histogram for the request path: one array, no allocation, about ten nanoseconds an observation.
 *
 * Buckets are log-linear in whole microseconds: eight steps in each power of two, so a quantile is within 12.5 % above
 * its true value. The last power of two begins at 2^27 µs (134 s), beyond any timeout that can be set on a request path.
 */
const stepsPerOctave = 8;
const stepBits = 3;
const octaves = 28;

/** Upper bounds that are exposed to Prometheus, as powers of two in microseconds: 64 µs to 134 s. */
export const exposedOctaves: readonly number[] = Array.from({ length: octaves - 6 }, (_, index) => index + 6);

export class Histogram {
  private readonly counts = new Float64Array((octaves + 1) * stepsPerOctave);
  private sumMs = 0;

  /** @param durationMs negative values, which a clock step could make, count as 0. */
  observe(durationMs: number): void {
    this.sumMs += durationMs > 0 ? durationMs : 0;
    const index = bucketIndex(durationMs);
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

function bucketIndex(durationMs: number): number {
  const microseconds = Math.min(2 ** 30, Math.max(0, Math.ceil(durationMs * 1_000)));
  if (microseconds < stepsPerOctave) return microseconds;
  const octave = 31 - Math.clz32(microseconds);
  const step = (microseconds >> (octave - stepBits)) & (stepsPerOctave - 1);
  return Math.min((octave - stepBits + 1) * stepsPerOctave + step, (octaves + 1) * stepsPerOctave - 1);
}

/** Exclusive upper bound of a bucket, microseconds. */
function upperBound(index: number): number {
  if (index < stepsPerOctave) return index + 1;
  const octave = Math.floor(index / stepsPerOctave) + stepBits - 1;
  const step = index % stepsPerOctave;
  return (stepsPerOctave + step + 1) * 2 ** (octave - stepBits);
}

/**
 * The value below which `share` of the observations lie, milliseconds, at most 12.5 % too high.
 * @param counts counters, or the difference of two.
 * @returns null when there were none.
 */
export function quantileMs(counts: Float64Array, share: number): number | null {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  let seen = 0;
  for (let index = 0; index < counts.length; index += 1) {
    seen += counts[index] ?? 0;
    if (seen >= share * total) return upperBound(index) / 1_000;
  }
  return upperBound(counts.length - 1) / 1_000;
}

/** Observations below 2^octave microseconds, for each of `exposedOctaves`, and all of them at the end. */
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
