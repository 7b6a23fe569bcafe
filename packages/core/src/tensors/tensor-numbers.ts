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
  switch (tensor.datatype) {
    case 'UINT8':
      return new Uint8Array(ownBuffer(tensor));
    case 'UINT16':
      return new Uint16Array(ownBuffer(tensor));
    case 'UINT32':
      return new Uint32Array(ownBuffer(tensor));
    case 'UINT64':
      return new BigUint64Array(ownBuffer(tensor));
    case 'INT8':
      return new Int8Array(ownBuffer(tensor));
    case 'INT16':
      return new Int16Array(ownBuffer(tensor));
    case 'INT32':
      return new Int32Array(ownBuffer(tensor));
    case 'INT64':
      return new BigInt64Array(ownBuffer(tensor));
    case 'FP32':
      return new Float32Array(ownBuffer(tensor));
    case 'FP64':
      return new Float64Array(ownBuffer(tensor));
    default:
      return null;
  }
}

/** A buffer that holds exactly the tensor's bytes: the tensor's own where it can be, else a copy. */
function ownBuffer({ datatype, data }: Tensor): ArrayBuffer {
  const isWhole = data.byteLength === data.buffer.byteLength && data.byteLength % elementBytes[datatype] === 0;
  if (isWhole && data.buffer instanceof ArrayBuffer) return data.buffer;
  // Not `data.slice()`: on a Node Buffer that is a view of the same memory, often of a pool shared with others.
  return new Uint8Array(data).buffer;
}
