import { bytesElements, encodeBytesElements } from '@cluster-ai/core/tensors/bytes-elements.ts';
import { elementBytes, type Datatype } from '@cluster-ai/core/tensors/datatype.ts';
import type { TextTensor } from './text-tensor.ts';

type Numeric = Exclude<Datatype, 'BYTES'>;

const writers: Readonly<Record<Numeric, (view: DataView, at: number, element: string) => void>> = {
  BOOL: (view, at, element) => view.setUint8(at, element === 'true' ? 1 : 0),
  UINT8: (view, at, element) => view.setUint8(at, Number(element)),
  UINT16: (view, at, element) => view.setUint16(at, Number(element), true),
  UINT32: (view, at, element) => view.setUint32(at, Number(element), true),
  UINT64: (view, at, element) => view.setBigUint64(at, BigInt(element), true),
  INT8: (view, at, element) => view.setInt8(at, Number(element)),
  INT16: (view, at, element) => view.setInt16(at, Number(element), true),
  INT32: (view, at, element) => view.setInt32(at, Number(element), true),
  INT64: (view, at, element) => view.setBigInt64(at, BigInt(element), true),
  FP16: (view, at, element) => view.setFloat16(at, Number(element), true),
  FP32: (view, at, element) => view.setFloat32(at, Number(element), true),
  FP64: (view, at, element) => view.setFloat64(at, Number(element), true),
};

const readers: Readonly<Record<Numeric, (view: DataView, at: number) => string>> = {
  BOOL: (view, at) => String(view.getUint8(at) !== 0),
  UINT8: (view, at) => String(view.getUint8(at)),
  UINT16: (view, at) => String(view.getUint16(at, true)),
  UINT32: (view, at) => String(view.getUint32(at, true)),
  UINT64: (view, at) => String(view.getBigUint64(at, true)),
  INT8: (view, at) => String(view.getInt8(at)),
  INT16: (view, at) => String(view.getInt16(at, true)),
  INT32: (view, at) => String(view.getInt32(at, true)),
  INT64: (view, at) => String(view.getBigInt64(at, true)),
  FP16: (view, at) => String(Number(view.getFloat16(at, true).toPrecision(4))),
  FP32: (view, at) => shortest(view.getFloat32(at, true)),
  FP64: (view, at) => String(view.getFloat64(at, true)),
};

/** Digits that always tell a 32-bit floating-point number from its neighbours. */
const digitsMax = 9;

/** The shortest text that is this 32-bit number again. */
function shortest(value: number): string {
  for (let digits = 6; digits < digitsMax; digits += 1) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return String(short);
  }
  return String(value);
}

/** A tensor as the binary tensor extension carries it: little-endian, strings behind their length. */
export function bytesOfTensor({ datatype, elements }: TextTensor): Uint8Array {
  if (datatype === 'BYTES') return encodeBytesElements(elements.map((element) => new TextEncoder().encode(element)));
  const size = elementBytes[datatype];
  const view = new DataView(new ArrayBuffer(elements.length * size));
  for (const [index, element] of elements.entries()) writers[datatype](view, index * size, element);
  return new Uint8Array(view.buffer);
}

/**
 * The way back, as text.
 * @throws ClusterError when a string's length points past the end
 */
export function elementsFromBytes(name: string, datatype: Datatype, bytes: Uint8Array): string[] {
  if (datatype === 'BYTES') {
    return Array.from(bytesElements(bytes, name), (element) => new TextDecoder().decode(element));
  }
  const size = elementBytes[datatype];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: Math.floor(bytes.byteLength / size) }, (_unused, index) =>
    readers[datatype](view, index * size),
  );
}
