import { elementBytes } from './datatype.ts';
import type { Tensor } from './tensor.ts';

/** Elements of a tensor in an array of their own kind. */
export type TensorNumbers = SmallIntegers | BigInt64Array | BigUint64Array | Float32Array | Float64Array;
type SmallIntegers = Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array;

/**
 * Reads the bytes of a tensor as numbers. The array may share the tensor's memory, so it is not to be written to.
 * @returns null for datatypes whose elements are no numbers here: BOOL, BYTES, and FP16, which has no array of its own.
 */
export function numbersOf(tensor: Tensor): TensorNumbers | null {
  const { buffer, start, length } = placeOf(tensor);
  switch (tensor.datatype) {
    case 'UINT8':
      return new Uint8Array(buffer, start, length);
    case 'UINT16':
      return new Uint16Array(buffer, start, length);
    case 'UINT32':
      return new Uint32Array(buffer, start, length);
    case 'UINT64':
      return new BigUint64Array(buffer, start, length);
    case 'INT8':
      return new Int8Array(buffer, start, length);
    case 'INT16':
      return new Int16Array(buffer, start, length);
    case 'INT32':
      return new Int32Array(buffer, start, length);
    case 'INT64':
      return new BigInt64Array(buffer, start, length);
    case 'FP32':
      return new Float32Array(buffer, start, length);
    case 'FP64':
      return new Float64Array(buffer, start, length);
    default:
      return null;
  }
}

interface Place {
  readonly buffer: ArrayBufferLike;
  readonly start: number;
  /** Elements; undefined for all that there are. */
  readonly length: number | undefined;
}

/** The tensor's own memory where elements of its kind may begin there, else a copy. */
function placeOf({ datatype, data }: Tensor): Place {
  const bytes = elementBytes[datatype];
  if (data.byteOffset % bytes === 0 && data.byteLength % bytes === 0) {
    return { buffer: data.buffer, start: data.byteOffset, length: data.byteLength / bytes };
  }
  // Not `data.slice()`: on a Node Buffer that is a view of the same memory.
  return { buffer: new Uint8Array(data).buffer, start: 0, length: undefined };
}
