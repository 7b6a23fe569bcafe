import { elementBytes } from '@cluster-ai/core/tensors/datatype.ts';
import type { Tensor } from '@cluster-ai/core/tensors/tensor.ts';
import { float32ToJson } from './float32-json.ts';

/** More numbers are printed by the module, or one by one. */
const bytesMax = 64;

/** A few bytes are copied sooner than a view for them is made. */
const bytes = new Uint8Array(bytesMax);
const floats = new Float32Array(bytes.buffer);
const words = new Int32Array(bytes.buffer);

/**
 * The few numbers of a small answer as the inside of a JSON array: the score of each class, or the class.
 * @returns null for many numbers, for other datatypes than FP32, INT32 and INT64, and for integers of more than 32 bits.
 */
export function fewNumbersToJson({ datatype, data }: Tensor): string | null {
  if (datatype !== 'FP32' && datatype !== 'INT64' && datatype !== 'INT32') return null;
  const { byteLength } = data;
  if (byteLength > bytesMax || byteLength % elementBytes[datatype] !== 0) return null;
  for (let index = 0; index < byteLength; index += 1) bytes[index] = data[index] ?? 0;
  if (datatype === 'FP32') return float32ToJson(floats, byteLength / elementBytes.FP32);
  return integers(byteLength / elementBytes.INT32, datatype === 'INT64');
}

/** @param isWide a number is two words, the low one first. */
function integers(wordCount: number, isWide: boolean): string | null {
  let text = '';
  for (let index = 0; index < wordCount; index += isWide ? 2 : 1) {
    const word = words[index] ?? 0;
    if (isWide && words[index + 1] !== word >> 31) return null;
    text += index === 0 ? String(word) : `,${word}`;
  }
  return text;
}
