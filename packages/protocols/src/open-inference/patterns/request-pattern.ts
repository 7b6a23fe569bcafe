import type { InferenceRequest } from '@cluster-ai/core/inference/request.ts';
import { requestIdLengthMax } from '@cluster-ai/core/inference/request-limits.ts';
import { elementCount, type Tensor } from '@cluster-ai/core/tensors/tensor.ts';
import { backslash, quote } from '../../json/octets.ts';
import { isNumberType } from '../../json/read-numbers.ts';
import type { DecodedRequest, ResponseForm } from '../decode-request.ts';
import { findPlaces, type FoundPlace } from './find-places.ts';
import { readData, type TextInput } from './read-data.ts';

/** An input that lies in binary behind the text. */
interface BinaryInput extends Omit<Tensor, 'data'> {
  readonly bytes: number;
}

type PatternInput = TextInput | BinaryInput;

/** Of bytes that stay the same in a text, at most: a longer one is read each time. */
const fixedBytesMax = 1_024;

const lettersMax = 4;

const space = 0x20;
const tilde = 0x7e;

/** The text of an infer request with places for its id and its numbers. */
export class RequestPattern {
  /** What stands before each place. */
  private readonly before: readonly Uint8Array[];
  /** What stands behind the last place. */
  private readonly last: Uint8Array;
  /** Which input has the numbers of each place; null for the id. */
  private readonly places: readonly (number | null)[];
  private readonly inputs: readonly PatternInput[];
  private readonly binaryBytes: number;
  private readonly request: InferenceRequest;
  private readonly form: ResponseForm;

  private constructor(
    text: Buffer,
    found: readonly FoundPlace[],
    inputs: readonly PatternInput[],
    made: DecodedRequest,
  ) {
    let from = 0;
    this.before = found.map(({ start, end }) => {
      const fixed = new Uint8Array(text.subarray(from, start));
      from = end;
      return fixed;
    });
    this.last = new Uint8Array(text.subarray(from));
    this.places = found.map(({ input }) => input);
    this.inputs = inputs;
    this.binaryBytes = inputs.reduce((sum, input) => sum + ('bytes' in input ? input.bytes : 0), 0);
    // Its tensors are not this pattern's.
    this.request = { ...made.request, inputs: [] };
    this.form = made.form;
  }

  /**
   * @param text the JSON of a request. @param decoded what was decoded of it, and of the tensors behind it.
   * @returns null for a request of which no pattern can be made.
   */
  static of(text: Buffer, decoded: DecodedRequest): RequestPattern | null {
    const found = findPlaces(text);
    if (found === null) return null;
    const fixedBytes = found.reduce((bytes, { start, end }) => bytes - (end - start), text.byteLength);
    if (fixedBytes > fixedBytesMax) return null;
    const inText = new Set(found.map(({ input }) => input));
    const inputs: PatternInput[] = [];
    for (const [index, { name, datatype, shape, data }] of decoded.request.inputs.entries()) {
      if (!inText.has(index)) {
        inputs.push({ name, datatype, shape, bytes: data.byteLength });
        continue;
      }
      const count = elementCount(shape, name);
      if (count === 0 || !isNumberType(datatype)) return null;
      inputs.push({ name, datatype, shape, count });
    }
    return new RequestPattern(text, found, inputs, decoded);
  }

  /**
   * @param blobs the binary tensors behind the text; those of the request share their memory.
   * @returns what `decodeRequest` would; null for a text of another pattern, and for one that this way does not read whole.
   */
  read(text: Buffer, blobs: Uint8Array): DecodedRequest | null {
    const { before, last, places, inputs, request } = this;
    if (blobs.byteLength !== this.binaryBytes) return null;
    let { id } = request;
    const tensors: Tensor[] = [];
    let at = 0;
    for (let index = 0; index < places.length; index += 1) {
      const fixed = before[index];
      if (fixed === undefined || !isAt(text, at, fixed)) return null;
      at += fixed.byteLength;
      const place = places[index] ?? null;
      if (place === null) {
        const end = plainEnd(text, at);
        if (end - at > requestIdLengthMax) return null;
        id = plainText(text, at, end);
        at = end;
        continue;
      }
      const input = inputs[place];
      if (input === undefined || 'bytes' in input) return null;
      const read = readData(text, at, input);
      if (read === null) return null;
      tensors[place] = { name: input.name, datatype: input.datatype, shape: input.shape, data: read.data };
      at = read.end;
    }
    if (text.byteLength - at !== last.byteLength || !isAt(text, at, last)) return null;
    this.addBinary(tensors, blobs);
    return { request: { ...request, id, inputs: tensors }, form: this.form };
  }

  private addBinary(tensors: Tensor[], blobs: Uint8Array): void {
    let from = 0;
    for (const [place, input] of this.inputs.entries()) {
      if (!('bytes' in input)) continue;
      const { name, datatype, shape, bytes } = input;
      tensors[place] = { name, datatype, shape, data: blobs.subarray(from, from + bytes) };
      from += bytes;
    }
  }
}

function isAt(text: Uint8Array, start: number, fixed: Uint8Array): boolean {
  if (text.byteLength - start < fixed.byteLength) return false;
  for (let index = 0; index < fixed.byteLength; index += 1) if (text[start + index] !== fixed[index]) return false;
  return true;
}

/** A few letters are put together sooner than they are cut out by a native call. */
function plainText(text: Buffer, start: number, end: number): string {
  if (end - start > lettersMax) return text.toString('latin1', start, end);
  let letters = '';
  for (let at = start; at < end; at += 1) letters += String.fromCharCode(text[at] ?? 0);
  return letters;
}

/** Where a string ends that begins at `start`, as far as it is written as it is read. */
function plainEnd(text: Uint8Array, start: number): number {
  let at = start;
  for (;;) {
    const byte = text[at] ?? 0;
    if (byte < space || byte > tilde || byte === quote || byte === backslash) return at;
    at += 1;
  }
}
