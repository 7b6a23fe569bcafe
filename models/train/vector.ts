/** Adds `factor * source` to `target`, number by number. */
export function addScaled(target: Float32Array, source: Float32Array, factor: number): void {
  for (let index = 0; index < source.length; index += 1) {
    target[index] = (target[index] ?? 0) + factor * (source[index] ?? 0);
  }
}

/** Scalar product. */
export function dot(left: Float32Array, right: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < right.length; index += 1) sum += (left[index] ?? 0) * (right[index] ?? 0);
  return sum;
}

/** Softmax in place, shifted by the largest value so that no exponential overflows. */
export function softmax(values: Float32Array): void {
  const largest = values.reduce((left, right) => Math.max(left, right), -Infinity);
  let sum = 0;
  values.forEach((value, index) => {
    values[index] = Math.exp(value - largest);
    sum += values[index] ?? 0;
  });
  values.forEach((value, index) => {
    values[index] = value / sum;
  });
}

/** A normal number by the transform of Box and Muller. `1 - random()` keeps the logarithm away from zero. */
export function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
