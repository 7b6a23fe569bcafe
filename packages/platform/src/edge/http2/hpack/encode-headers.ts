import type { Headers } from '../../edge.ts';
import { huffmanEncode, huffmanLength, notLatin1 } from './huffman-encode.ts';
import { staticNames } from './static-table.ts';

/** "Dynamic table size update" to 0: RFC 7541, section 6.3. */
export const tableSizeNothing = 0x20;

const isIndexed = 0x80;
const indexedMask = 0x7f;
const literal = 0x00;
/** A literal that nobody on the way may put into a table either. */
const neverIndexed = 0x10;
const literalMask = 0x0f;
const isHuffman = 0x80;
const lengthMask = 0x7f;

/** Octets of the longest integer that is written here. */
const integerBytesMax = 6;

/** What Huffman coding saves of a shorter text, a fifth or so, is not worth the time that it takes at both ends. Characters. */
const codedLengthMin = 32;

/** Names that the static table has not, as they begin a literal. A program sends only so many. */
const namesWritten = new Map<string, Uint8Array>();
const namesWrittenMax = 256;

/** Values that a guess at a table's entries would give away: RFC 7541, section 7.1.3. */
const secretNames: ReadonlySet<string> = new Set(['authorization', 'proxy-authorization', 'cookie', 'set-cookie']);

/**
 * Writes a header block: RFC 7541. It needs no table but the static one, so that it is the same on every connection, and
 * may be kept. A receiver that wants less than the usual dynamic table of 4096 bytes must be told that there is none: one
 * octet, `tableSizeNothing`, before the first block after it asked.
 * @param headers pseudo-headers first, names in lower case.
 * @throws TypeError for a character that is not latin-1.
 */
export function encodeHeaders(headers: Headers): Uint8Array {
  let bytesMax = 0;
  for (const [name, value] of headers) bytesMax += name.length + value.length + 3 * integerBytesMax;
  const target = Buffer.allocUnsafe(bytesMax);
  let at = 0;
  for (const [name, value] of headers) {
    const known = staticNames.get(name);
    const whole = known?.byValue.get(value);
    if (whole !== undefined) {
      at = writeInteger(target, at, isIndexed, indexedMask, whole);
      continue;
    }
    if (known === undefined) {
      const begin = literalBegin(name);
      target.set(begin, at);
      at += begin.length;
    } else {
      at = writeInteger(target, at, kindOf(name), literalMask, known.index);
    }
    at = writeString(target, at, value);
  }
  return target.subarray(0, at);
}

function kindOf(name: string): number {
  return secretNames.has(name) ? neverIndexed : literal;
}

/** A literal up to its value, with a name of its own. */
function literalBegin(name: string): Uint8Array {
  const known = namesWritten.get(name);
  if (known !== undefined) return known;
  const begin = Buffer.allocUnsafe(name.length + 2 * integerBytesMax);
  const end = writeString(begin, writeInteger(begin, 0, kindOf(name), literalMask, 0), name);
  const bytes = Uint8Array.from(begin.subarray(0, end));
  if (namesWritten.size < namesWrittenMax && name.length <= codedLengthMin) namesWritten.set(name, bytes);
  return bytes;
}

/** Writes what is shorter: the text itself, or its Huffman code. */
function writeString(target: Buffer, at: number, text: string): number {
  if (text.length < codedLengthMin) return writeShort(target, at, text);
  const length = huffmanLength(text);
  if (length < text.length) return huffmanEncode(text, target, writeInteger(target, at, isHuffman, lengthMask, length));
  const start = writeInteger(target, at, 0, lengthMask, text.length);
  target.write(text, start, 'latin1');
  return start + text.length;
}

/** A text whose length is one octet, as it is. @throws TypeError for a character that is not latin-1. */
function writeShort(target: Buffer, at: number, text: string): number {
  const { length } = text;
  target[at] = length;
  for (let index = 0; index < length; index += 1) {
    const code = text.charCodeAt(index);
    if (code > 0xff) throw notLatin1();
    target[at + 1 + index] = code;
  }
  return at + 1 + length;
}

/** RFC 7541, section 5.1. @param high the bits of the first octet that are not the integer's. */
function writeInteger(target: Buffer, start: number, high: number, mask: number, value: number): number {
  if (value < mask) {
    target[start] = high | value;
    return start + 1;
  }
  target[start] = high | mask;
  let at = start + 1;
  let rest = value - mask;
  for (; rest >= 0x80; rest >>>= 7) {
    target[at] = (rest & 0x7f) | 0x80;
    at += 1;
  }
  target[at] = rest;
  return at + 1;
}
