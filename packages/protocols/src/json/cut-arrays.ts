import { stringEnd, valueStart } from './find-members.ts';
import { closeBrace, closeBracket, openBrace, openBracket, quote } from './octets.ts';
import { endOfArray } from './read-numbers.ts';

/** An array of numbers in a JSON text, from its first bracket up to behind its last. */
export interface CutArray {
  readonly start: number;
  readonly end: number;
  /** Arrays and objects around it. */
  readonly depth: number;
}

export interface CutText {
  /** The text with a placeholder in the place of each array. */
  readonly rest: Buffer;
  readonly arrays: readonly CutArray[];
}

/** Shorter arrays stay in the text, bytes: reading them apart takes longer. */
export const cutBytesMin = 768;

/** Bytes beside the arrays that are looked at, one by one; what comes later stays in the text. */
const restBytesMax = 4_096;

/** Arrays that are cut out of one text at most. */
const arraysMax = 256;

/**
 * A placeholder is a string that begins with NUL, for which JSON has a single spelling: a text in which a client wrote it is
 * not cut.
 */
const mark = String.raw`\u0000`;

/**
 * Cuts long arrays that look like numbers out of a JSON text, where they are the value of a member `data`.
 *
 * The text may be anything. If the rest with its placeholders is JSON, each placeholder stands for a value; and if each array
 * is one, too, which is seen when it is read, then the whole text was JSON with these arrays in these places.
 * @returns null where there is nothing to cut.
 */
export function cutArrays(bytes: Uint8Array): CutText | null {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const arrays = findArrays(text);
  if (arrays.length === 0) return null;
  const pieces: Buffer[] = [];
  let from = 0;
  for (const [index, { start, end }] of arrays.entries()) {
    pieces.push(text.subarray(from, start), Buffer.from(`"${mark}${index}"`));
    from = end;
  }
  pieces.push(text.subarray(from));
  const isMarked = pieces.some((piece, index) => index % 2 === 0 && piece.includes(mark));
  return isMarked ? null : { rest: Buffer.concat(pieces), arrays };
}

/** Which of the arrays a parsed value stands for; null for any other value. */
export function placeOf(value: unknown): number | null {
  return typeof value === 'string' && value.startsWith('\0') ? Number(value.slice(1)) : null;
}

function findArrays(text: Buffer): CutArray[] {
  const found: CutArray[] = [];
  let depth = 0;
  let cutBytes = 0;
  for (let at = 0; at < text.length && at - cutBytes < restBytesMax; at += 1) {
    const byte = text[at];
    if (byte === openBracket || byte === openBrace) depth += 1;
    else if (byte === closeBracket || byte === closeBrace) depth -= 1;
    else if (byte === quote) {
      const keyEnd = stringEnd(text, at, restBytesMax);
      const start = isDataKey(text, at, keyEnd) ? valueStart(text, keyEnd) : -1;
      at = keyEnd - 1;
      if (start === -1 || text[start] !== openBracket) continue;
      const end = numbersEnd(text, start);
      if (end === -1) return found;
      if (end - start < cutBytesMin) continue;
      found.push({ start, end, depth });
      if (found.length === arraysMax) return found;
      cutBytes += end - start;
      at = end - 1;
    }
  }
  return found;
}

/** `"data"`; a text that breaks off inside a string has its end behind the last byte. */
function isDataKey(text: Buffer, start: number, end: number): boolean {
  return end - start === 6 && end <= text.length && text.readUInt32BE(start + 1) === 0x64617461;
}

/**
 * Where an array ends, if it is long and holds nothing but numbers.
 * @returns `start` for one that stays in the text, -1 when no end is in sight.
 */
function numbersEnd(text: Buffer, start: number): number {
  let brackets = 0;
  let isNested = false;
  // Whatever ends so soon is short, and what shows a string or an object is no array of numbers.
  for (let at = start; at < start + cutBytesMin; at += 1) {
    const byte = text[at];
    if (byte === openBracket) {
      brackets += 1;
      isNested = at > start;
    } else if (byte === closeBracket) {
      brackets -= 1;
      if (brackets === 0) return start;
    } else if (byte === quote || byte === openBrace || byte === undefined) return start;
  }
  // A native search, where it can be one.
  return isNested ? endOfArray(text, start) : text.indexOf(closeBracket, start) + 1 || -1;
}
