import { ClusterError } from '@cluster-ai/core/errors.ts';
import { bytesElements } from '@cluster-ai/core/tensors/bytes-elements.ts';
import { elementBytes } from '@cluster-ai/core/tensors/datatype.ts';
import type { Tensor } from '@cluster-ai/core/tensors/tensor.ts';
import { shortestFloat32 } from './shortest-float32.ts';

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
      throw new ClusterError('INVALID_ARGUMENT', `sending FP16 data via JSON is not supported. Please use the binary data format for output ${tensor.name}`);
    case 'BOOL':
      return Array.from(tensor.data, (value) => (value === 0 ? 'false' : 'true')).join(',');
    case 'FP32':
      return Array.from(new Float32Array(aligned(tensor)), shortestFloat32).join(',');
    case 'FP64':
      return Array.from(new Float64Array(aligned(tensor)), String).join(',');
    default:
      return integers(tensor).join(',');
  }
}

function integers(tensor: Tensor): { join(separator: string): string } {
  const buffer = aligned(tensor);
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

/** The tensor's bytes in a buffer of their own when they do not start where a typed array may start. */
function aligned(tensor: Tensor): ArrayBuffer {
  const { data } = tensor;
  const size = elementBytes[tensor.datatype];
  const whole = data.byteOffset === 0 && data.byteLength === data.buffer.byteLength && data.byteLength % size === 0;
  if (whole && data.buffer instanceof ArrayBuffer) return data.buffer;
  return data.slice().buffer;
}

function stringsToJson(tensor: Tensor): string {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
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
