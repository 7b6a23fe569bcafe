import type { Datatype } from '@cluster-ai/core/tensors/datatype.ts';
import { numbersModule, numberTypes, readEnds } from './numbers-module.ts';

export type NumberType = keyof typeof numberTypes;

export function isNumberType(datatype: Datatype): datatype is NumberType {
  return Object.hasOwn(numberTypes, datatype);
}

export interface ReadNumbers {
  /** Levels of lists in the array, itself counted. */
  readonly depth: number;
  /** Lists in the array, itself counted. */
  readonly lists: number;
  /** Whether there were integers beyond 2^53, or bare words such as NaN: `JSON.parse` does not read them as they are. */
  readonly needsExact: boolean;
}

/**
 * Reads the text of an array of numbers, flat or nested in any way, into the elements of a tensor.
 * @param text from the first bracket to the one that closes it.
 * @param out takes exactly as many elements as there must be.
 * @returns null, and something in `out`, for whatever is not such an array with exactly so many values of the datatype; and
 * for a few unusual spellings of one: other parsers decide what that is.
 */
export function readNumbers(text: Uint8Array, datatype: NumberType, out: Uint8Array): ReadNumbers | null {
  const wasm = numbersModule();
  const code = numberTypes[datatype];
  let from = 0;
  let end = 0;
  wasm.begin();
  for (;;) {
    const piece = text.subarray(from, from + wasm.text.byteLength);
    wasm.text.set(piece);
    const ended = wasm.read(code, piece.byteLength);
    if (ended === readEnds.gaveUp) return null;
    const [taken = 0, bytes = 0, depth = 0, lists = 0, special = 0] = wasm.state;
    if (end + bytes > out.byteLength) return null;
    out.set(wasm.numbers.subarray(0, bytes), end);
    end += bytes;
    from += taken;
    if (ended === readEnds.ended) {
      return from === text.byteLength && end === out.byteLength ? { depth, lists, needsExact: special !== 0 } : null;
    }
    if (taken === 0) return null;
  }
}

/**
 * Where the array ends that begins with the bracket at `start`, if it holds no strings.
 * @returns the index behind its last bracket, or -1.
 */
export function endOfArray(bytes: Uint8Array, start: number): number {
  const wasm = numbersModule();
  wasm.beginFindingEnd();
  for (let from = start; from < bytes.byteLength; from += wasm.text.byteLength) {
    const piece = bytes.subarray(from, from + wasm.text.byteLength);
    wasm.text.set(piece);
    const taken = wasm.findEnd(piece.byteLength);
    if (taken > 0) return from + taken;
  }
  return -1;
}
