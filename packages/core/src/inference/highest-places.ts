import type { TensorNumbers } from '../tensors/tensor-numbers.ts';

/** Up to so many are kept in order while the values are looked through once; for more, the values are sorted first. */
const keptInOrderMax = 100;

type ValueAt = (place: number) => number | bigint;

/**
 * Places of the highest values, highest first; of equal ones the first. What is no number comes last. A million values,
 * however they lie, hold up everybody else for some ten milliseconds: sorting their places would take half a second.
 * @param count at most the number of values.
 */
export function highestPlaces(values: TensorNumbers, count: number): number[] {
  const valueAt: ValueAt = (place) => {
    const value = values[place] ?? 0;
    return Number.isNaN(value) ? -Infinity : value;
  };
  return count <= keptInOrderMax ? few(values.length, valueAt, count) : many(values, valueAt, count);
}

function few(length: number, valueAt: ValueAt, count: number): number[] {
  const kept: number[] = [];
  for (let place = 0; place < length; place += 1) {
    const value = valueAt(place);
    const lowest = kept[count - 1];
    if (lowest !== undefined && !(value > valueAt(lowest))) continue;
    kept.splice(rankOf(value, kept, valueAt), 0, place);
    if (kept.length > count) kept.pop();
  }
  return kept;
}

/** How many of those kept are as high or higher; they are in order. */
function rankOf(value: number | bigint, kept: readonly number[], valueAt: ValueAt): number {
  let [from, to] = [0, kept.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (value > valueAt(kept[middle] ?? 0)) to = middle;
    else from = middle + 1;
  }
  return from;
}

/** Numbers alone are sorted natively; then only the places of those that are wanted need to be. */
function many(values: TensorNumbers, valueAt: ValueAt, count: number): number[] {
  const least = leastOf(values, count);
  const higher: number[] = [];
  const equal: number[] = [];
  for (let place = 0; place < values.length; place += 1) {
    const value = valueAt(place);
    if (value > least) higher.push(place);
    else if (value === least) equal.push(place);
  }
  higher.sort((left, right) => {
    const [a, b] = [valueAt(left), valueAt(right)];
    return a > b ? -1 : a < b ? 1 : left - right;
  });
  return higher.concat(equal).slice(0, count);
}

/** The lowest of the highest values. */
function leastOf(values: TensorNumbers, count: number): number | bigint {
  // What is no number is at its end.
  const sorted = values.toSorted();
  const firstNaN = sorted.findIndex((value: number | bigint) => Number.isNaN(value));
  const numbers = firstNaN === -1 ? sorted.length : firstNaN;
  return sorted[numbers - count] ?? -Infinity;
}
