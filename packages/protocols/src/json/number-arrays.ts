import { elementBytes, type Datatype } from '@cluster-ai/core/tensors/datatype.ts';
import { jsonContainersMax, jsonDepthMax } from './bounds.ts';
import { placeOf, type CutText } from './cut-arrays.ts';
import { isNumberType, readNumbers } from './read-numbers.ts';

/** Thrown when an array that was cut out is nothing that can be read apart: the whole text has to be read at once. */
class NeedsWholeText extends Error {}

/** The arrays that were cut out of one text, read when the datatype of their tensor is known. */
export class NumberArrays {
  private readonly taken = new Set<number>();
  private lists = 0;
  private readonly bytes: Uint8Array;
  private readonly cut: CutText;

  /** @param bytes the text that was cut. */
  constructor(bytes: Uint8Array, cut: CutText) {
    this.bytes = bytes;
    this.cut = cut;
  }

  /** Whether each array was read: one that was not may be no array at all. */
  get areAllTaken(): boolean {
    return this.taken.size === this.cut.arrays.length;
  }

  /**
   * Reads the array that a value of the text stands for.
   * @returns null for a value that stands for itself.
   * @throws NeedsWholeText for an array that has not exactly `count` values of the datatype, or passes a limit.
   */
  read(value: unknown, datatype: Datatype, count: number): { data: Uint8Array; needsExact: boolean } | null {
    const place = placeOf(value);
    if (place === null) return null;
    const array = this.cut.arrays[place];
    if (array === undefined || this.taken.has(place) || !isNumberType(datatype)) throw new NeedsWholeText();
    this.taken.add(place);
    // A shape that promises more than there is must not cost memory: each number takes a character and a comma.
    if (count * 2 > array.end - array.start) throw new NeedsWholeText();
    const data = new Uint8Array(count * elementBytes[datatype]);
    const found = readNumbers(this.bytes.subarray(array.start, array.end), datatype, data);
    // Each byte of the rest counts as a list: it has few.
    if (found === null || found.depth + array.depth > jsonDepthMax) throw new NeedsWholeText();
    this.lists += found.lists;
    // Each byte of the rest counts as a list: it has few.
    if (this.lists + this.cut.rest.byteLength > jsonContainersMax) throw new NeedsWholeText();
    return { data, needsExact: found.needsExact };
  }
}
