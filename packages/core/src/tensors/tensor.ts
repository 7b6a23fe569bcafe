import { ClusterError } from '../errors.ts';
import { countBytesElements } from './bytes-elements.ts';
import { elementBytes, type Datatype } from './datatype.ts';

/**
 * A tensor as it travels through every plane: raw little-endian, row-major bytes.
 *
 * One form for all protocols means that a binary request is never copied element by element, and that a batch is a
 * concatenation. BYTES elements are each a uint32 little-endian length followed by that many bytes.
 */
export interface Tensor {
  readonly name: string;
  readonly datatype: Datatype;
  /** Every dimension is a non-negative integer; `[]` is a scalar. */
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/** Largest element count that is accepted: 2^31 - 1, what clients' 32-bit indices can address. */
export const elementCountMax = 2 ** 31 - 1;

/**
 * Product of the dimensions; 1 for a scalar, 0 when any dimension is 0.
 * @throws ClusterError DIMENSION_NOT_UNSIGNED for a dimension that is no unsigned integer, INVALID_ARGUMENT when the
 * product, or a dimension beside a zero, passes `elementCountMax`.
 */
export function elementCount(shape: readonly number[], tensorName: string): number {
  assertDimensions(shape);
  // A zero anywhere makes the tensor empty, but runtimes count each dimension in 32 bits all the same.
  const isEmpty = shape.includes(0);
  let count = 1;
  for (const dimension of shape) {
    count = isEmpty ? dimension : count * dimension;
    if (count > elementCountMax) {
      throw new ClusterError(
        'INVALID_ARGUMENT',
        `shape [${shape.join(',')}] of input '${tensorName}' causes total element count to exceed maximum size of ${elementCountMax}`,
      );
    }
  }
  return isEmpty ? 0 : count;
}

/**
 * Every codec calls this, or `elementCount`, before a shape is used: two negative dimensions would multiply to a count
 * that looks right.
 * @throws ClusterError DIMENSION_NOT_UNSIGNED in Triton's words.
 */
export function assertDimensions(shape: readonly number[]): void {
  for (const dimension of shape) {
    if (Number.isSafeInteger(dimension) && dimension >= 0) continue;
    throw new ClusterError(
      'DIMENSION_NOT_UNSIGNED',
      "Unable to parse 'shape': attempt to access JSON non-unsigned-integer as unsigned-integer",
    );
  }
}

/**
 * Checks that the bytes are as many as datatype and shape say, and that booleans are 0 or 1: a runtime written in C++
 * may count with the byte itself, so that another value would reach past the end of its memory.
 * @throws ClusterError INVALID_ARGUMENT naming the tensor and both sizes.
 */
export function assertTensorBytes(tensor: Tensor): void {
  const count = elementCount(tensor.shape, tensor.name);
  if (tensor.datatype === 'BYTES') {
    const found = countBytesElements(tensor.data, tensor.name);
    if (found !== count) {
      throw new ClusterError(
        'INVALID_ARGUMENT',
        `expected ${count} string elements for input '${tensor.name}', got ${found}`,
      );
    }
    return;
  }
  const expected = count * elementBytes[tensor.datatype];
  if (tensor.data.byteLength !== expected) {
    throw new ClusterError(
      'INVALID_ARGUMENT',
      `input byte size mismatch for input '${tensor.name}': expected ${expected} bytes for shape [${tensor.shape.join(',')}] of ${tensor.datatype}, got ${tensor.data.byteLength}`,
    );
  }
  if (tensor.datatype === 'BOOL') assertBooleans(tensor);
}

function assertBooleans(tensor: Tensor): void {
  const index = tensor.data.findIndex((byte) => byte > 1);
  if (index === -1) return;
  throw new ClusterError(
    'INVALID_ARGUMENT',
    `element ${index} of input '${tensor.name}' is the byte ${tensor.data[index]}; a BOOL is 0 or 1`,
  );
}
