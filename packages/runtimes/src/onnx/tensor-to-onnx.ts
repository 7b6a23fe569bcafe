import type { Tensor as OrtTensor } from 'onnxruntime-node';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { bytesElements } from '@cluster-ai/core/tensors/bytes-elements.ts';
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

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

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
  const elements: string[] = [];
  for (const element of bytesElements(tensor.data, tensor.name)) {
    // ONNX Runtime takes C strings: it would silently drop what follows a zero byte.
    if (element.includes(0)) {
      throw refused(tensor, elements.length, 'holds a zero byte, which ONNX Runtime cannot take');
    }
    try {
      elements.push(decoder.decode(element));
    } catch {
      throw refused(tensor, elements.length, 'is not UTF-8');
    }
  }
  return elements;
}

function refused(tensor: Tensor, index: number, why: string): ClusterError {
  return new ClusterError('INVALID_ARGUMENT', `string ${index} of input '${tensor.name}' ${why}`);
}
