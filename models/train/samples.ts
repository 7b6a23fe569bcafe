import type { Random } from '@cluster-ai/core/ports/random.ts';

/** Labelled rows of numbers, row-major. */
export interface Samples {
  readonly count: number;
  /** Numbers in one row. */
  readonly width: number;
  /** `count * width` numbers. */
  readonly features: Float32Array;
  /** One class number a row. */
  readonly labels: Uint8Array;
}

/** What a model learns from, and what it has never seen. */
export interface Split<T> {
  readonly training: T;
  readonly heldOut: T;
}

/** A shuffled copy (Fisher and Yates, in Durstenfeld's form). */
export function shuffled<T>(items: Iterable<T>, random: Random): T[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [result[last], result[other]] = [result[other] as T, result[last] as T]; // Both indices are inside the array.
  }
  return result;
}

/** Lays rows of `[features, label]` out as samples. */
export function samplesOf(rows: readonly (readonly [readonly number[], number])[], width: number): Samples {
  const features = new Float32Array(rows.length * width);
  rows.forEach(([row], index) => features.set(row, index * width));
  return { count: rows.length, width, features, labels: Uint8Array.from(rows, ([, label]) => label) };
}
