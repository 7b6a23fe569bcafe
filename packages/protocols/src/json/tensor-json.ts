import { ClusterError } from '@cluster-ai/core/errors.ts';
import { bytesElements } from '@cluster-ai/core/tensors/bytes-elements.ts';
import { elementBytes } from '@cluster-ai/core/tensors/datatype.ts';
import type { Tensor } from '@cluster-ai/core/tensors/tensor.ts';
import { float32ToJson } from './float32-json.ts';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Writes a tensor's values as the inside of a JSON array, flat and row-major, as Triton does. Integers are exact, FP32
 * is printed with the fewest digits that read back equal, NaN and infinities are the bare tokens that Triton writes.
 * @throws ClusterError INVALID_ARGUMENT for FP16 and for bytes that are not UTF-8: both travel in binary only.
 */
export function tensorToJson(tensor: Tensor): string {
  switch (tensor.datatype) {
    case 'BYTES':
      return stringsToJson(tensor);
    case 'FP16':
      throw new ClusterError(
        'INVALID_ARGUMENT',
        `sending FP16 data via JSON is not supported. Please use the binary data format for output ${tensor.name}`,
      );
    case 'BOOL':
      return Array.from(tensor.data, (value) => (value === 0 ? 'false' : 'true')).join(',');
    case 'FP32':
      return float32ToJson(new Float32Array(ownBuffer(tensor)));
    case 'FP64':
      return Array.from(new Float64Array(ownBuffer(tensor)), float64ToJson).join(',');
    default:
      return integers(tensor).join(',');
  }
}

/** Minus zero is `-0.0`, because JavaScript prints `0` and Python reads `-0` as the integer 0. */
function float64ToJson(value: number): string {
  return Object.is(value, -0) ? '-0.0' : String(value);
}

function integers(tensor: Tensor): { join(separator: string): string } {
  const buffer = ownBuffer(tensor);
  switch (tensor.datatype) {
    case 'INT8':
      return new Int8Array(buffer);
    case 'INT16':
      return new Int16Array(buffer);
    case 'INT32':
      return new Int32Array(buffer);
    case 'INT64':
      return new BigInt64Array(buffer);
    case 'UINT8':
      return new Uint8Array(buffer);
    case 'UINT16':
      return new Uint16Array(buffer);
    case 'UINT32':
      return new Uint32Array(buffer);
    default:
      return new BigUint64Array(buffer);
  }
}

/** A buffer that holds exactly the tensor's bytes: the tensor's own where it can be, else a copy. */
function ownBuffer(tensor: Tensor): ArrayBuffer {
  const { data } = tensor;
  const isWhole = data.byteLength === data.buffer.byteLength && data.byteLength % elementBytes[tensor.datatype] === 0;
  if (isWhole && data.buffer instanceof ArrayBuffer) return data.buffer;
  // Not `data.slice()`: on a Node Buffer that is a view of the same memory, often of a pool shared with others.
  return new Uint8Array(data).buffer;
}

function stringsToJson(tensor: Tensor): string {
  const parts: string[] = [];
  for (const element of bytesElements(tensor.data, tensor.name)) {
    try {
      parts.push(JSON.stringify(decoder.decode(element)));
    } catch (cause) {
      throw new ClusterError(
        'INVALID_ARGUMENT',
        `output '${tensor.name}' holds bytes that are not UTF-8 and cannot be sent as JSON: ask for it with "binary_data": true`,
        { cause },
      );
    }
  }
  return parts.join(',');
}
