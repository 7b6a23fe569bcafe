import { codeLengths, codes } from './huffman-code.ts';

const lengthBySymbol = Uint8Array.from(codeLengths);
const codeBySymbol = Uint32Array.from(codes);

/**
 * @returns bytes that a string takes in the Huffman code of RFC 7541.
 * @throws TypeError for a character that is not latin-1: a header has no other.
 */
export function huffmanLength(text: string): number {
  let bits = 0;
  for (let at = 0; at < text.length; at += 1) {
    const symbol = text.charCodeAt(at);
    if (symbol > 0xff) throw notLatin1();
    bits += lengthBySymbol[symbol] ?? 0;
  }
  return Math.ceil(bits / 8);
}

/**
 * Writes a string of latin-1 characters in the Huffman code, padded with ones.
 * @returns the place behind its last byte.
 */
export function huffmanEncode(text: string, target: Uint8Array, start: number): number {
  let at = start;
  /** Only the lowest `count` bits are still to be written; what stands above them has been. */
  let bits = 0;
  let count = 0;
  for (let place = 0; place < text.length; place += 1) {
    const symbol = text.charCodeAt(place);
    const code = codeBySymbol[symbol] ?? 0;
    let length = lengthBySymbol[symbol] ?? 0;
    // Seven bits that wait and 24 new ones are what 32 bits hold; the few longer codes come in two parts,
    // of which the second is told by its 16 bits: no code has as many.
    if (length > 24) {
      length -= 16;
      bits = (bits << length) | (code >>> 16);
      for (count += length; count >= 8; at += 1) {
        count -= 8;
        target[at] = bits >>> count;
      }
      length = 16;
    }
    bits = (bits << length) | (length === 16 ? code & 0xff_ff : code);
    for (count += length; count >= 8; at += 1) {
      count -= 8;
      target[at] = bits >>> count;
    }
  }
  if (count === 0) return at;
  target[at] = (bits << (8 - count)) | (0xff >>> count);
  return at + 1;
}

/** A header has no other characters. */
export function notLatin1(): TypeError {
  return new TypeError('a header contains a character that is not latin-1');
}
