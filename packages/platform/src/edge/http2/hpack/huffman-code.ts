/**
 * Bits of each symbol in the Huffman code of RFC 7541, appendix B; the 257th is the end of the string. The code is
 * canonical: the lengths tell the codes.
 */
export const codeLengths: readonly number[] = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28,
  28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
  13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6, 15, 5, 6, 5, 6,
  5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22, 22, 23,
  22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, 22, 21, 20, 22, 22,
  23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, 26, 26,
  20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27,
  27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27,
  27, 27, 27, 26, 30,
];

const lengthMax = 30;

/** The symbol that stands for the end of a string, and must not come in one. */
export const endOfString = 256;

/** The code of each symbol, in its lowest bits: in order of length, then of symbol, each is the last one plus one. */
export const codes: readonly number[] = codesOf(codeLengths);

function codesOf(lengths: readonly number[]): number[] {
  const codesBySymbol = lengths.map(() => 0);
  let code = 0;
  for (let length = 1; length <= lengthMax; length += 1) {
    code *= 2;
    for (const [symbol, ofSymbol] of lengths.entries()) {
      if (ofSymbol !== length) continue;
      codesBySymbol[symbol] = code;
      code += 1;
    }
  }
  return codesBySymbol;
}
