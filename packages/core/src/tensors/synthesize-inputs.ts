import type { ModelSignature, TensorSignature } from '../inference/signature.ts';
import type { Random } from '../ports/random.ts';
import { encodeBytesElements } from './bytes-elements.ts';
import { elementBytes, type Datatype } from './datatype.ts';
import type { Tensor } from './tensor.ts';

/** Most bytes of made-up inputs for one run. */
const synthesizedBytesMax = 64 * 2 ** 20;

export interface DynamicSizes {
  /** Dimension 0, where it is dynamic and the model takes batches; null where it is a dimension like the others. */
  readonly rows: number | null;
  /** Every other dynamic dimension. */
  readonly size: number;
}

/**
 * Makes inputs up from a signature: different numbers at every place, small enough for most uses of them. Floating-point
 * values lie in [-1, 1), integers are 0 or 1 (they may be indices), strings are digits (they may be parsed).
 * @returns null when the inputs would pass `synthesizedBytesMax`.
 */
export function synthesizeInputs(signature: ModelSignature, sizes: DynamicSizes, random: Random): Tensor[] | null {
  const inputs: Tensor[] = [];
  let bytes = 0;
  for (const input of signature.inputs) {
    const shape = concreteShape(input, sizes);
    const count = shape.reduce((product, dimension) => product * dimension, 1);
    bytes += count * Math.max(1, elementBytes[input.datatype]);
    if (bytes > synthesizedBytesMax) return null;
    inputs.push(synthesizeTensor(input, shape, random));
  }
  return inputs;
}

/** One of these inputs, in any shape. */
export function synthesizeTensor(
  { name, datatype }: Pick<TensorSignature, 'name' | 'datatype'>,
  shape: readonly number[],
  random: Random,
): Tensor {
  const count = shape.reduce((product, dimension) => product * dimension, 1);
  return { name, datatype, shape, data: synthesizeData[datatype](count, random) };
}

function concreteShape({ shape }: TensorSignature, { rows, size }: DynamicSizes): number[] {
  return shape.map((dimension, axis) => {
    if (dimension !== -1) return dimension;
    return axis === 0 && rows !== null ? rows : size;
  });
}

const signedUnit = (random: Random): number => random() * 2 - 1;
const bit = (random: Random): number => (random() < 0.5 ? 0 : 1);

const synthesizeBits = {
  1: (count: number, random: Random) => bytesOf(new Uint8Array(count).map(() => bit(random))),
  2: (count: number, random: Random) => bytesOf(new Uint16Array(count).map(() => bit(random))),
  4: (count: number, random: Random) => bytesOf(new Uint32Array(count).map(() => bit(random))),
  8: (count: number, random: Random) => bytesOf(new BigUint64Array(count).map(() => BigInt(bit(random)))),
} as const;

const synthesizeData: Readonly<Record<Datatype, (count: number, random: Random) => Uint8Array>> = {
  BOOL: synthesizeBits[1],
  UINT8: synthesizeBits[1],
  INT8: synthesizeBits[1],
  UINT16: synthesizeBits[2],
  INT16: synthesizeBits[2],
  UINT32: synthesizeBits[4],
  INT32: synthesizeBits[4],
  UINT64: synthesizeBits[8],
  INT64: synthesizeBits[8],
  FP16: (count, random) => bytesOf(new Float16Array(count).map(() => signedUnit(random))),
  FP32: (count, random) => bytesOf(new Float32Array(count).map(() => signedUnit(random))),
  FP64: (count, random) => bytesOf(new Float64Array(count).map(() => signedUnit(random))),
  BYTES: (count, random) =>
    encodeBytesElements(Array.from({ length: count }, () => Uint8Array.of(0x30 + Math.floor(random() * 10)))),
};

function bytesOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
