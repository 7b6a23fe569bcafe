import { ClusterError } from '@cluster-ai/core/errors.ts';
import { bytesElements } from '@cluster-ai/core/tensors/bytes-elements.ts';
import type { Tensor } from '@cluster-ai/core/tensors/tensor.ts';
import { numbersOf } from '@cluster-ai/core/tensors/tensor-numbers.ts';
import { fewNumbersToJson } from './few-numbers-json.ts';
import { float32ToJson } from './float32-json.ts';
import type { JsonNumbers } from './json-numbers.ts';
import { isWritable, writeNumbers } from './write-numbers.ts';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Writes a tensor's values as the inside of a JSON array, flat and row-major, as Triton does. Integers are exact, FP32
 * is printed with the fewest digits that read back equal, NaN and infinities are the bare tokens that Triton writes.
 * @throws ClusterError INVALID_ARGUMENT for FP16 and for bytes that are not UTF-8: both travel in binary only.
 */
export function tensorToJson(tensor: Tensor, by: JsonNumbers = 'wasm'): string {
  if (by === 'wasm' && isWritable(tensor)) {
    let text = '';
    writeNumbers(tensor, (piece) => {
      text += piece.toString('latin1');
    });
    return text;
  }
  const few = by === 'wasm' ? fewNumbersToJson(tensor) : null;
  if (few !== null) return few;
  if (tensor.datatype === 'BYTES') return stringTexts(tensor).join(',');
  if (tensor.datatype === 'BOOL') return Array.from(tensor.data, (value) => (value === 0 ? 'false' : 'true')).join(',');
  const numbers = numbersOf(tensor);
  if (numbers instanceof Float32Array) return float32ToJson(numbers);
  if (numbers instanceof Float64Array) return Array.from(numbers, float64ToJson).join(',');
  if (numbers !== null) return numbers.join(',');
  throw new ClusterError(
    'INVALID_ARGUMENT',
    `sending FP16 data via JSON is not supported. Please use the binary data format for output ${tensor.name}`,
  );
}

/** Minus zero is `-0.0`, because JavaScript prints `0` and Python reads `-0` as the integer 0. */
function float64ToJson(value: number): string {
  return Object.is(value, -0) ? '-0.0' : String(value);
}

/** The elements of a BYTES tensor as JSON strings. @throws ClusterError INVALID_ARGUMENT for bytes that are not UTF-8. */
export function stringTexts(tensor: Tensor): string[] {
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
  return parts;
}
