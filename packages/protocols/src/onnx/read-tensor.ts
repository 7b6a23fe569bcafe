import { elementTypeBits, elementTypeName } from './element-types.ts';
import type { OnnxReadLimits } from './limits.ts';
import { notOnnx } from './protobuf-reader.ts';
import type { ProtobufReader } from './protobuf-reader.ts';

/** Where the data of a tensor lies when it is not in the model file. */
export interface OnnxExternalData {
  /** Path as the model gives it, relative to the model's folder. Not trusted: it may point outside. */
  readonly location: string;
  /** First byte of the tensor in that file. */
  readonly offset: number;
  /** Number of bytes; null when the model does not say: up to the end of the file. */
  readonly length: number | null;
}

/** What a stored tensor says about itself, without its data. */
export interface OnnxTensorHeader {
  readonly name: string;
  readonly elementType: number;
  readonly shape: readonly number[];
  /** Size of the data in bytes: by shape and element type, for strings the bytes that are stored. */
  readonly dataBytes: number;
  readonly external: OnnxExternalData | null;
}

/** `TensorProto.data_location`: 1 means that `external_data` tells where the data lies. */
const EXTERNAL = 1;

/** Reads the header of one `TensorProto` and passes over its data. Throws `MODEL_INVALID`. */
export function readTensorHeader(reader: ProtobufReader, limits: OnnxReadLimits): OnnxTensorHeader {
  const shape: number[] = [];
  const externalEntries = new Map<string, string>();
  let name = '';
  let elementType = 0;
  let stringBytes = 0;
  let rawBytes: number | null = null;
  let location = 0;
  while (reader.next()) {
    if (reader.field === 1) reader.repeatedInt64((dim) => pushDim(shape, dim, limits));
    else if (reader.field === 2) elementType = reader.varintField();
    else if (reader.field === 6) stringBytes += reader.byteLength();
    else if (reader.field === 8) name = reader.text('the name of a tensor', limits.nameBytesMax);
    else if (reader.field === 9) rawBytes = reader.byteLength();
    else if (reader.field === 13) readEntry(reader.message(), externalEntries, limits);
    else if (reader.field === 14) location = reader.varintField();
    else reader.skip();
  }
  const bits = elementTypeBits(elementType);
  const dataBytes = bits === null ? stringBytes : Math.ceil((elementCount(name, shape) * bits) / 8);
  if (rawBytes !== null && bits !== null && rawBytes !== dataBytes) {
    throw notOnnx(
      `tensor '${name}' is ${elementTypeName(elementType)} [${shape.join(',')}], which needs ${dataBytes} bytes, and has ${rawBytes}`,
    );
  }
  const external = location === EXTERNAL ? externalDataOf(name, externalEntries) : null;
  return { name, elementType, shape, dataBytes, external };
}

function pushDim(shape: number[], dim: number, limits: OnnxReadLimits): void {
  if (dim < 0) throw notOnnx(`a stored tensor has the dimension ${dim}`);
  if (shape.length >= limits.rankMax) throw notOnnx(`a stored tensor has more than ${limits.rankMax} dimensions`);
  shape.push(dim);
}

function elementCount(name: string, shape: readonly number[]): number {
  const count = shape.reduce((product, dim) => product * dim, 1);
  if (!Number.isSafeInteger(count * 128)) throw notOnnx(`tensor '${name}' claims ${count} elements`);
  return count;
}

function readEntry(reader: ProtobufReader, entries: Map<string, string>, limits: OnnxReadLimits): void {
  let key = '';
  let value = '';
  while (reader.next()) {
    if (reader.field === 1) key = reader.text('a key of external data', limits.nameBytesMax);
    else if (reader.field === 2) value = reader.text('a value of external data', limits.nameBytesMax);
    else reader.skip();
  }
  if (entries.size >= 16) throw notOnnx('a tensor has more than 16 entries of external data');
  entries.set(key, value);
}

function externalDataOf(name: string, entries: ReadonlyMap<string, string>): OnnxExternalData {
  const location = entries.get('location') ?? '';
  if (location === '') throw notOnnx(`tensor '${name}' lies outside the model file, and the file does not say where`);
  return {
    location,
    offset: byteCount(name, entries.get('offset')) ?? 0,
    length: byteCount(name, entries.get('length')),
  };
}

function byteCount(name: string, text: string | undefined): number | null {
  if (text === undefined || text === '') return null;
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value)) {
    throw notOnnx(`tensor '${name}' has external data at '${text}', which is not a number of bytes`);
  }
  return value;
}
