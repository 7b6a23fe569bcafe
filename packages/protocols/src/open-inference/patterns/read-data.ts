import { elementBytes } from '@cluster-ai/core/tensors/datatype.ts';
import type { Tensor } from '@cluster-ai/core/tensors/tensor.ts';
import { tensorMemory } from '@cluster-ai/core/tensors/tensor-memory.ts';
import { tensorFromJson } from '../../json/json-tensor.ts';
import { closeBracket } from '../../json/octets.ts';
import { readNumbers, type NumberType } from '../../json/read-numbers.ts';
import { readShortNumbers, shortNumbers, shortNumbersMax } from './short-numbers.ts';

/** An input whose numbers stand in the text. */
export interface TextInput extends Pick<Tensor, 'name' | 'shape'> {
  readonly datatype: NumberType;
  /** Elements of the shape; at least one. */
  readonly count: number;
}

/** What `readData` has read, and where it ends. */
export interface ReadData {
  readonly end: number;
  readonly data: Uint8Array;
}

/**
 * Reads a flat array of as many numbers as the input has elements.
 * @param start of its opening bracket.
 * @returns null for whatever is none: the usual way says what is wrong with it.
 */
export function readData(text: Buffer, start: number, input: TextInput): ReadData | null {
  return input.count > shortNumbersMax ? readLong(text, start, input) : readShort(text, start, input);
}

function readShort(text: Buffer, start: number, input: TextInput): ReadData | null {
  const { name, datatype, shape, count } = input;
  const end = readShortNumbers(text, start, count);
  if (end === -1) return null;
  if (datatype === 'FP32') return { end, data: shortFloats(count) };
  try {
    const values = Array.from(shortNumbers.subarray(0, count));
    return {
      end,
      data: tensorFromJson(name, datatype, shape, values, { exact: false, textBytes: text.byteLength }).data,
    };
  } catch {
    // Not a value of the datatype, or one that needs the exact parser.
    return null;
  }
}

/** Few numbers are copied sooner than a view for them is made. */
const floats = new Float32Array(shortNumbersMax);
const floatBytes = new Uint8Array(floats.buffer);

function shortFloats(count: number): Uint8Array {
  const bytes = count * elementBytes.FP32;
  const data = tensorMemory(bytes);
  for (let index = 0; index < count; index += 1) floats[index] = shortNumbers[index] ?? Number.NaN;
  for (let index = 0; index < bytes; index += 1) data[index] = floatBytes[index] ?? 0;
  return data;
}

function readLong(text: Buffer, start: number, { datatype, count }: TextInput): ReadData | null {
  const end = text.indexOf(closeBracket, start) + 1;
  // Each number takes a character and a comma.
  if (count * 2 > end - start) return null;
  const data = new Uint8Array(count * elementBytes[datatype]);
  const found = readNumbers(text.subarray(start, end), datatype, data);
  return found === null || found.needsExact || found.lists !== 1 ? null : { end, data };
}
