import type { Tensor } from './tensor.ts';

/**
 * How far a merged run may lie from single runs, as a part of the largest value of the output. Matrix kernels add in
 * another order when there are more rows; a few units in the last place are rounding, more is another answer.
 */
const relativeTolerance = { FP16: 4e-3, FP32: 2e-5, FP64: 1e-12 } as const;

/** True when two outputs are the same: exactly for integers and strings, within rounding for floating point. */
export function rowsEqual(left: Tensor, right: Tensor): boolean {
  if (
    left.shape.length !== right.shape.length ||
    left.shape.some((dimension, axis) => dimension !== right.shape[axis])
  ) {
    return false;
  }
  if (bytesEqual(left.data, right.data)) return true;
  if (left.datatype === 'FP16' || left.datatype === 'FP32' || left.datatype === 'FP64') {
    return numbersClose(numbersOf(left), numbersOf(right), relativeTolerance[left.datatype]);
  }
  return false;
}

function bytesEqual(left: Uint8Array, right: Uint8Array): boolean {
  return left.byteLength === right.byteLength && left.every((byte, index) => byte === right[index]);
}

function numbersOf({ datatype, data }: Tensor): Float16Array | Float32Array | Float64Array {
  // A copy starts at the beginning of its memory, whatever the alignment of the original.
  const { buffer } = new Uint8Array(data);
  if (datatype === 'FP16') return new Float16Array(buffer);
  return datatype === 'FP32' ? new Float32Array(buffer) : new Float64Array(buffer);
}

function numbersClose(left: ArrayLike<number>, right: ArrayLike<number>, relative: number): boolean {
  let largest = 0;
  for (let index = 0; index < right.length; index += 1) {
    const size = Math.abs(right[index] ?? 0);
    if (Number.isFinite(size) && size > largest) largest = size;
  }
  const tolerance = relative * largest;
  for (let index = 0; index < right.length; index += 1) {
    const a = left[index] ?? Number.NaN;
    const b = right[index] ?? Number.NaN;
    // Object.is also takes two NaN, and two infinities of one sign, for equal.
    if (!Object.is(a, b) && !(Math.abs(a - b) <= tolerance)) return false;
  }
  return true;
}
