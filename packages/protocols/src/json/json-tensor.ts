import { ClusterError } from '@cluster-ai/core/errors.ts';
import { encodeBytesElements } from '@cluster-ai/core/tensors/bytes-elements.ts';
import { elementBytes, type Datatype } from '@cluster-ai/core/tensors/datatype.ts';
import { elementCount, type Tensor } from '@cluster-ai/core/tensors/tensor.ts';
import type { ExactJson } from './exact-json.ts';
import { jsonDepthMax } from './depth.ts';

/** Thrown when a number may have lost digits in `JSON.parse`: the body has to be read again by the exact parser. */
export class NeedsExactNumbers extends Error {}

type Store = (value: ExactJson, index: number) => void;

interface NumericTarget {
  readonly data: Uint8Array;
  readonly store: Store;
}

export interface JsonSource {
  /** Whether the values come from the exact parser; if not, an integer beyond 2^53 throws NeedsExactNumbers. */
  readonly exact: boolean;
  /** Elements that the text can hold at most (its bytes): a shape that promises more must not cost memory. */
  readonly elementsMax: number;
}

/**
 * Reads the `data` of a JSON tensor, flat or nested in any way, into raw little-endian bytes.
 * @throws ClusterError INVALID_ARGUMENT naming the input and the value's place.
 */
export function tensorFromJson(name: string, datatype: Datatype, shape: readonly number[], data: ExactJson, source: JsonSource): Tensor {
  if (datatype === 'FP16') {
    throw invalid(`receiving FP16 data via JSON is not supported. Please use the binary data format for input ${name}`);
  }
  const count = elementCount(shape, name);
  if (count > source.elementsMax) throw countMismatch(name, shape);
  if (datatype === 'BYTES') return { name, datatype, shape, data: stringsFromJson(name, shape, data, count) };
  const target = numericTarget(name, datatype, count, source.exact);
  const stored = flatten(data, 0, count, name, target.store, 0);
  if (stored !== count) throw countMismatch(name, shape);
  return { name, datatype, shape, data: target.data };
}

function stringsFromJson(name: string, shape: readonly number[], data: ExactJson, count: number): Uint8Array {
  const encoder = new TextEncoder();
  const elements: Uint8Array[] = [];
  const stored = flatten(data, 0, count, name, (value, index) => {
    if (typeof value !== 'string') throw notA('string', value, name, index);
    elements.push(encoder.encode(value));
  }, 0);
  if (stored !== count) throw countMismatch(name, shape);
  return encodeBytesElements(elements);
}

/** Visits the leaves in row-major order; returns the index after the last one. Nesting need not follow the shape: Triton counts elements only. */
function flatten(value: ExactJson, index: number, count: number, name: string, store: Store, depth: number): number {
  if (!Array.isArray(value)) throw invalid(`Unable to parse 'data' of input '${name}': an array is expected`);
  if (depth > jsonDepthMax) throw invalid(`JSON nesting depth exceeds maximum allowed limit (${jsonDepthMax})`);
  let next = index;
  for (const item of value) {
    if (Array.isArray(item)) {
      next = flatten(item, next, count, name, store, depth + 1);
    } else {
      if (next >= count) throw invalid(`Unable to parse 'data': shape does not match true shape of 'data' field for input '${name}': more than ${count} elements`);
      store(item, next);
      next += 1;
    }
  }
  return next;
}

function numericTarget(name: string, datatype: Exclude<Datatype, 'BYTES' | 'FP16'>, count: number, exact: boolean): NumericTarget {
  const data = new Uint8Array(count * elementBytes[datatype]);
  if (datatype === 'BOOL') return { data, store: storeBoolean(data, name) };
  if (datatype === 'INT64' || datatype === 'UINT64') {
    const array = datatype === 'INT64' ? new BigInt64Array(data.buffer) : new BigUint64Array(data.buffer);
    return { data, store: storeBigInteger(array, datatype, name, exact) };
  }
  if (datatype === 'FP32' || datatype === 'FP64') {
    const array = datatype === 'FP32' ? new Float32Array(data.buffer) : new Float64Array(data.buffer);
    return { data, store: storeFloat(array, name) };
  }
  return { data, store: storeInteger(integerArray(datatype, data.buffer), datatype, name) };
}

function integerArray(datatype: string, buffer: ArrayBuffer): Int8Array | Int16Array | Int32Array | Uint8Array | Uint16Array | Uint32Array {
  switch (datatype) {
    case 'INT8':
      return new Int8Array(buffer);
    case 'INT16':
      return new Int16Array(buffer);
    case 'INT32':
      return new Int32Array(buffer);
    case 'UINT8':
      return new Uint8Array(buffer);
    case 'UINT16':
      return new Uint16Array(buffer);
    default:
      return new Uint32Array(buffer);
  }
}

function storeBoolean(array: Uint8Array, name: string): Store {
  return (value, index) => {
    if (value === true || value === 1) array[index] = 1;
    else if (value !== false && value !== 0) throw notA('boolean', value, name, index);
  };
}

function storeFloat(array: Float32Array | Float64Array, name: string): Store {
  return (value, index) => {
    if (typeof value === 'number') array[index] = value;
    else if (typeof value === 'bigint') array[index] = Number(value);
    else throw notA('number', value, name, index);
  };
}

function storeInteger(array: ReturnType<typeof integerArray>, datatype: Datatype, name: string): Store {
  return (value, index) => {
    if (typeof value !== 'number' || !Number.isInteger(value)) throw notA(datatype, value, name, index);
    array[index] = value;
    if (array[index] !== value) throw notA(datatype, value, name, index);
  };
}

function storeBigInteger(array: BigInt64Array | BigUint64Array, datatype: Datatype, name: string, exact: boolean): Store {
  return (value, index) => {
    if (typeof value === 'number' && !Number.isSafeInteger(value) && !exact) throw new NeedsExactNumbers();
    const isInteger = typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value));
    if (!isInteger) throw notA(datatype, value, name, index);
    const integer = BigInt(value);
    array[index] = integer;
    if (array[index] !== integer) throw notA(datatype, value, name, index);
  };
}

function notA(what: string, value: ExactJson, name: string, index: number): ClusterError {
  const shown = typeof value === 'bigint' ? String(value) : (JSON.stringify(value)?.slice(0, 40) ?? String(value));
  return invalid(`Unable to parse 'data' of input '${name}': element ${index} is ${shown}, which is not a value of ${what}`);
}

function countMismatch(name: string, shape: readonly number[]): ClusterError {
  return invalid(`Unable to parse 'data': shape does not match true shape of 'data' field for input '${name}': shape is [${shape.join(',')}]`);
}

function invalid(message: string): ClusterError {
  return new ClusterError('INVALID_ARGUMENT', message);
}
