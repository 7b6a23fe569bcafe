import { ClusterError } from '@cluster-ai/core/errors.ts';
import { lengthPrefixBytes } from '@cluster-ai/core/tensors/bytes-elements.ts';
import type { Datatype } from '@cluster-ai/core/tensors/datatype.ts';
import { elementCount, type Tensor } from '@cluster-ai/core/tensors/tensor.ts';
import { tensorMemory } from '@cluster-ai/core/tensors/tensor-memory.ts';
import { decodeBase64, isBase64Object } from './base64.ts';
import type { ExactJson } from './exact-json.ts';
import type { NumberArrays } from './number-arrays.ts';

/** Thrown when a number may have lost digits in `JSON.parse`: the body has to be read again by the exact parser. */
export class NeedsExactNumbers extends Error {}

export interface JsonSource {
  /** Whether the values come from the exact parser; if not, an integer beyond 2^53 throws NeedsExactNumbers. */
  readonly exact: boolean;
  /** Bytes of the whole text: a shape that promises more elements than fit in there must not cost memory. */
  readonly textBytes: number;
  /** Elements of BYTES may be objects with base64, as KServe's first protocol has them. */
  readonly takesBase64?: boolean;
  /** Arrays that are not among the values, but read apart. */
  readonly arrays?: NumberArrays;
}

type Store = (value: ExactJson, index: number) => void;

/** Where the values of a tensor go, one by one, and the bytes that they are in the end. */
interface Target {
  readonly store: Store;
  readonly bytes: () => Uint8Array;
}

/** The integers that a double holds, and what they may be. */
const ranges = {
  INT8: { min: -128, max: 127, array: Int8Array },
  INT16: { min: -32_768, max: 32_767, array: Int16Array },
  INT32: { min: -2_147_483_648, max: 2_147_483_647, array: Int32Array },
  UINT8: { min: 0, max: 255, array: Uint8Array },
  UINT16: { min: 0, max: 65_535, array: Uint16Array },
  UINT32: { min: 0, max: 4_294_967_295, array: Uint32Array },
} as const;

/** One UTF-16 unit takes at most three bytes of UTF-8; a pair takes four. */
const utf8BytesPerUnitMax = 3;

/**
 * Reads the `data` of a JSON tensor, flat or nested in any way, into raw little-endian bytes.
 * @throws ClusterError INVALID_ARGUMENT naming the input and the value's place; NeedsExactNumbers unless the source is exact;
 * NeedsWholeText for an array that cannot be read apart.
 */
export function tensorFromJson(
  name: string,
  datatype: Datatype,
  shape: readonly number[],
  data: ExactJson,
  source: JsonSource,
): Tensor {
  if (datatype === 'FP16') {
    throw invalid(`receiving FP16 data via JSON is not supported. Please use the binary data format for input ${name}`);
  }
  const count = elementCount(shape, name);
  // Each element takes a character and a comma.
  if (count > (source.textBytes + 1) / 2) throw countMismatch(name, shape);
  const apart = source.arrays?.read(data, datatype, count) ?? null;
  if (apart !== null) {
    if (apart.needsExact && !source.exact) throw new NeedsExactNumbers();
    return { name, datatype, shape, data: apart.data };
  }
  if (!Array.isArray(data)) throw invalid(`Unable to parse 'data' of input '${name}': an array is expected`);
  const flat = datatype === 'FP32' && data.length === count ? flatFloat32(data) : null;
  if (flat !== null) return { name, datatype, shape, data: flat };
  const target = targetOf(name, datatype, count, source);
  const stored = storeLeaves(data, 0, count, target.store);
  if (stored !== count) throw countMismatch(name, shape);
  return { name, datatype, shape, data: target.bytes() };
}

/** What nearly every request has, without a call for each number. @returns null for values that are not all plain numbers. */
function flatFloat32(values: readonly ExactJson[]): Uint8Array | null {
  const memory = tensorMemory(values.length * 4);
  const numbers = new Float32Array(memory.buffer, memory.byteOffset, values.length);
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index];
    if (typeof value !== 'number') return null;
    numbers[index] = value;
  }
  return memory;
}

/**
 * Visits the leaves in row-major order. Nesting need not follow the shape: Triton counts elements only. The parser has
 * bounded the depth.
 * @returns the index after the last leaf, or one more than `count` as soon as there are too many.
 */
function storeLeaves(values: readonly ExactJson[], start: number, count: number, store: Store): number {
  let index = start;
  for (const value of values) {
    if (Array.isArray(value)) {
      index = storeLeaves(value, index, count, store);
      if (index > count) return index;
    } else {
      if (index >= count) return count + 1;
      store(value, index);
      index += 1;
    }
  }
  return index;
}

function targetOf(name: string, datatype: Exclude<Datatype, 'FP16'>, count: number, source: JsonSource): Target {
  const { exact, takesBase64 = false } = source;
  switch (datatype) {
    case 'BYTES':
      return stringTarget(name, takesBase64);
    case 'BOOL':
      return booleanTarget(name, count);
    case 'INT64':
    case 'UINT64':
      return wideIntegerTarget(name, count, datatype, exact);
    case 'FP32':
      return float32Target(name, count);
    case 'FP64':
      return float64Target(name, count);
    default:
      return integerTarget(name, datatype, count);
  }
}

/** Strings go straight into the tensor's bytes: an object for each would take fifty times the text's memory. */
function stringTarget(name: string, takesBase64: boolean): Target {
  let data = Buffer.alloc(256);
  let end = 0;
  const storeBytes = (text: string, index: number): void => {
    const bytes = decodeBase64(text);
    if (bytes === null) throw invalid(`"b64" of element ${index} of input '${name}' is not base64`);
    data = withRoom(data, end, lengthPrefixBytes + bytes.byteLength);
    data.writeUInt32LE(bytes.byteLength, end);
    data.set(bytes, end + lengthPrefixBytes);
    end += lengthPrefixBytes + bytes.byteLength;
  };
  return {
    store: (value, index) => {
      if (takesBase64 && isBase64Object(value)) return storeBytes(value.b64, index);
      // Half a surrogate pair has no UTF-8 form; encoding would replace it in silence.
      if (typeof value !== 'string' || !value.isWellFormed()) throw notA('BYTES', value, name, index);
      data = withRoom(data, end, lengthPrefixBytes + value.length * utf8BytesPerUnitMax);
      const bytes = data.write(value, end + lengthPrefixBytes);
      data.writeUInt32LE(bytes, end);
      end += lengthPrefixBytes + bytes;
    },
    bytes: () => new Uint8Array(data.buffer, data.byteOffset, end),
  };
}

function withRoom(data: Buffer<ArrayBuffer>, used: number, needed: number): Buffer<ArrayBuffer> {
  if (data.byteLength - used >= needed) return data;
  const larger = Buffer.alloc(Math.max(data.byteLength * 2, used + needed));
  larger.set(data.subarray(0, used));
  return larger;
}

function booleanTarget(name: string, count: number): Target {
  const bytes = tensorMemory(count);
  return {
    store: (value, index) => {
      if (value === true || value === 1) bytes[index] = 1;
      else if (value !== false && value !== 0) throw notA('BOOL', value, name, index);
    },
    bytes: () => bytes,
  };
}

// A store of its own for each kind of array: one store into many kinds is several times slower.
function float32Target(name: string, count: number): Target {
  const memory = tensorMemory(count * 4);
  const numbers = new Float32Array(memory.buffer, memory.byteOffset, count);
  return {
    store: (value, index) => {
      numbers[index] = toDouble(value, 'FP32', name, index);
    },
    bytes: () => memory,
  };
}

function float64Target(name: string, count: number): Target {
  const memory = tensorMemory(count * 8);
  const numbers = new Float64Array(memory.buffer, memory.byteOffset, count);
  return {
    store: (value, index) => {
      numbers[index] = toDouble(value, 'FP64', name, index);
    },
    bytes: () => memory,
  };
}

function toDouble(value: ExactJson, datatype: Datatype, name: string, index: number): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  throw notA(datatype, value, name, index);
}

/** The small integers share one store: their values are collected as doubles and converted by one native copy. */
function integerTarget(name: string, datatype: keyof typeof ranges, count: number): Target {
  const { min, max, array } = ranges[datatype];
  const numbers = new Float64Array(count);
  return {
    store: (value, index) => {
      if (typeof value !== 'number' || !(value >= min && value <= max) || !Number.isInteger(value)) {
        throw notA(datatype, value, name, index);
      }
      numbers[index] = value;
    },
    bytes: () => bytesOf(new array(numbers)),
  };
}

function wideIntegerTarget(name: string, count: number, datatype: 'INT64' | 'UINT64', exact: boolean): Target {
  const memory = tensorMemory(count * 8);
  const isUnsigned = datatype === 'UINT64';
  const integers = new (isUnsigned ? BigUint64Array : BigInt64Array)(memory.buffer, memory.byteOffset, count);
  const words = new Uint32Array(memory.buffer, memory.byteOffset, count * 2);
  return {
    store: (value, index) => {
      if (typeof value === 'bigint') {
        integers[index] = value;
        if (integers[index] !== value) throw notA(datatype, value, name, index);
        return;
      }
      if (typeof value !== 'number' || !Number.isInteger(value)) throw notA(datatype, value, name, index);
      if (!Number.isSafeInteger(value)) {
        if (!exact) throw new NeedsExactNumbers();
        // The exact parser gives plain integers of this size as bigint: this one had a fraction or an exponent.
        throw notA(datatype, value, name, index);
      }
      if (isUnsigned && value < 0) throw notA(datatype, value, name, index);
      // Two halves, modulo 2^32 as the array stores them: a bigint for each element would cost ten times as much.
      words[index * 2] = value;
      words[index * 2 + 1] = Math.floor(value / 2 ** 32);
    },
    bytes: () => memory,
  };
}

function bytesOf(array: ArrayBufferView<ArrayBuffer>): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

function notA(datatype: Datatype, value: ExactJson, name: string, index: number): ClusterError {
  return invalid(
    `Unable to parse 'data' of input '${name}': element ${index} is ${shown(value)}, which is not a value of ${datatype}`,
  );
}

/** A value in a message: never long, whatever was sent. */
function shown(value: ExactJson): string {
  if (typeof value === 'object' && value !== null) return 'an object';
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : String(value).slice(0, 40);
}

function countMismatch(name: string, shape: readonly number[]): ClusterError {
  return invalid(
    `Unable to parse 'data': shape does not match true shape of 'data' field for input '${name}': shape is [${shape.join(',')}]`,
  );
}

function invalid(message: string): ClusterError {
  return new ClusterError('INVALID_ARGUMENT', message);
}
