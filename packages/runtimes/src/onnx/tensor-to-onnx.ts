import { isUtf8 } from 'node:buffer';
import type { Tensor as OrtTensor } from 'onnxruntime-node';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { lengthPrefixBytes } from '@cluster-ai/core/tensors/bytes-elements.ts';
import { elementBytes, type Datatype } from '@cluster-ai/core/tensors/datatype.ts';
import type { Tensor } from '@cluster-ai/core/tensors/tensor.ts';

type NumericDatatype = Exclude<Datatype, 'BYTES'>;

type TypedArrayConstructor = new (buffer: ArrayBufferLike, byteOffset: number, length: number) => ArrayBufferView;

/** ONNX Runtime's name of each datatype, and the array in which it takes it. */
const onnxTypes: Readonly<
  Record<NumericDatatype, { readonly type: OrtTensor.Type; readonly array: TypedArrayConstructor }>
> = {
  BOOL: { type: 'bool', array: Uint8Array },
  UINT8: { type: 'uint8', array: Uint8Array },
  UINT16: { type: 'uint16', array: Uint16Array },
  UINT32: { type: 'uint32', array: Uint32Array },
  UINT64: { type: 'uint64', array: BigUint64Array },
  INT8: { type: 'int8', array: Int8Array },
  INT16: { type: 'int16', array: Int16Array },
  INT32: { type: 'int32', array: Int32Array },
  INT64: { type: 'int64', array: BigInt64Array },
  // Bits, not Float16Array: the native side cannot measure a Float16Array and sees an empty one.
  FP16: { type: 'float16', array: Uint16Array },
  FP32: { type: 'float32', array: Float32Array },
  FP64: { type: 'float64', array: Float64Array },
};

/**
 * Strings of one input. Each costs a microsecond and several hundred bytes inside ONNX Runtime's binding, whatever its
 * length: without a limit, a body of empty strings would take all memory.
 */
const stringsMax = 1_000_000;

/**
 * Gives a tensor the form that ONNX Runtime takes. Numbers are not copied unless their memory is not aligned to their
 * size; strings become JavaScript strings.
 * @throws ClusterError INVALID_ARGUMENT for a string that is not UTF-8 or holds a zero byte.
 */
export function tensorToOnnx(tensor: Tensor): OrtTensor {
  const content =
    tensor.datatype === 'BYTES' ? { type: 'string', data: strings(tensor) } : numbers(tensor, tensor.datatype);
  const value = { ...content, dims: tensor.shape, location: 'cpu' };
  // The runtime reads these four fields of any object. Its own class is passed by: in the presence of Float16Array it
  // turns float16 bits into one, which the native side then refuses.
  return value as unknown as OrtTensor;
}

function numbers(tensor: Tensor, datatype: NumericDatatype): { type: OrtTensor.Type; data: ArrayBufferView } {
  const { type, array } = onnxTypes[datatype];
  const size = elementBytes[datatype];
  const data = datatype === 'BOOL' ? normalized(tensor.data) : aligned(tensor.data, size);
  return { type, data: new array(data.buffer, data.byteOffset, data.byteLength / size) };
}

function aligned(data: Uint8Array, size: number): Uint8Array {
  return data.byteOffset % size === 0 ? data : new Uint8Array(data);
}

/** A C++ bool is 0 or 1; any other byte in its place is undefined behaviour in native code. */
function normalized(data: Uint8Array): Uint8Array {
  return data.some((byte) => byte > 1) ? Uint8Array.from(data, (byte) => (byte === 0 ? 0 : 1)) : data;
}

function strings(tensor: Tensor): string[] {
  const bytes = Buffer.from(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength);
  const elements: string[] = [];
  let offset = 0;
  while (offset < bytes.byteLength) {
    const start = offset + lengthPrefixBytes;
    const end = start <= bytes.byteLength ? start + bytes.readUInt32LE(offset) : start;
    if (end > bytes.byteLength) throw refused(tensor, elements.length, 'is incomplete');
    if (elements.length >= stringsMax) throw tooManyStrings(tensor);
    elements.push(stringBetween(bytes, start, end, tensor, elements.length));
    offset = end;
  }
  return elements;
}

function stringBetween(bytes: Buffer, start: number, end: number, tensor: Tensor, index: number): string {
  let isAscii = true;
  for (let offset = start; offset < end; offset += 1) {
    const byte = bytes[offset] ?? 0;
    // ONNX Runtime takes C strings: it would silently drop what follows a zero byte.
    if (byte === 0) throw refused(tensor, index, 'holds a zero byte, which ONNX Runtime cannot take');
    if (byte > 0x7f) isAscii = false;
  }
  // A decoder object takes several times as long, and most strings are short and plain.
  if (isAscii) return bytes.toString('latin1', start, end);
  if (!isUtf8(bytes.subarray(start, end))) throw refused(tensor, index, 'is not UTF-8');
  return bytes.toString('utf8', start, end);
}

function tooManyStrings(tensor: Tensor): ClusterError {
  return new ClusterError(
    'INVALID_ARGUMENT',
    `input '${tensor.name}' has more than ${stringsMax} strings, the most that one run takes`,
  );
}

function refused(tensor: Tensor, index: number, why: string): ClusterError {
  return new ClusterError('INVALID_ARGUMENT', `string ${index} of input '${tensor.name}' ${why}`);
}
