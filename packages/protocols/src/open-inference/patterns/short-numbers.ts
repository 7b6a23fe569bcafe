import { closeBracket, comma, isBlank, openBracket } from '../../json/octets.ts';

/** Numbers of one array at most: more are read by the module (json/read-numbers.ts). */
export const shortNumbersMax = 384;

/** What `readShortNumbers` has read last. */
export const shortNumbers = new Float64Array(shortNumbersMax);

/** So many digits are exact in a double, and so are such powers of ten: one division then rounds right (Clinger, 1990). */
const digitsMax = 15;

const powersOfTen = Float64Array.from({ length: digitsMax + 1 }, (_, exponent) => 10 ** exponent);

const plus = 0x2b;
const minus = 0x2d;
const point = 0x2e;
const zero = 0x30;
const nine = 0x39;
const smallE = 0x65;
const caseBit = 0x20;

/**
 * Reads a flat array of numbers in JSON into `shortNumbers`, each as `JSON.parse` would.
 * @param start of its opening bracket.
 * @param count how many there must be, up to `shortNumbersMax`.
 * @returns the index behind its closing bracket, or -1 for whatever is no such array.
 */
export function readShortNumbers(text: Buffer, start: number, count: number): number {
  if (text[start] !== openBracket) return -1;
  let at = start + 1;
  for (let index = 0; index < count; index += 1) {
    if (index > 0) {
      at = skipBlanks(text, at);
      if (text[at] !== comma) return -1;
      at += 1;
    }
    at = readNumber(text, skipBlanks(text, at), index);
    if (at === -1) return -1;
  }
  at = skipBlanks(text, at);
  return text[at] === closeBracket ? at + 1 : -1;
}

/** @returns the index behind it, or -1. */
function readNumber(text: Buffer, start: number, index: number): number {
  const isNegative = text[start] === minus;
  const wholeFrom = isNegative ? start + 1 : start;
  let at = wholeFrom;
  let mantissa = 0;
  for (let byte = text[at] ?? 0; byte >= zero && byte <= nine; byte = text[at] ?? 0) {
    mantissa = mantissa * 10 + (byte - zero);
    at += 1;
  }
  let digits = at - wholeFrom;
  if (digits === 0 || (digits > 1 && text[wholeFrom] === zero)) return -1;
  let fraction = 0;
  if (text[at] === point) {
    const fractionFrom = at + 1;
    at = fractionFrom;
    for (let byte = text[at] ?? 0; byte >= zero && byte <= nine; byte = text[at] ?? 0) {
      mantissa = mantissa * 10 + (byte - zero);
      at += 1;
    }
    fraction = at - fractionFrom;
    digits += fraction;
    if (fraction === 0) return -1;
  }
  const hasExponent = ((text[at] ?? 0) | caseBit) === smallE;
  if (hasExponent) at = exponentEnd(text, at + 1);
  if (at === -1) return -1;
  if (hasExponent || digits > digitsMax) {
    shortNumbers[index] = Number(text.toString('latin1', start, at));
  } else {
    const value = mantissa / (powersOfTen[fraction] ?? Number.NaN);
    shortNumbers[index] = isNegative ? -value : value;
  }
  return at;
}

function exponentEnd(text: Buffer, start: number): number {
  const hasSign = text[start] === plus || text[start] === minus;
  const from = hasSign ? start + 1 : start;
  let at = from;
  for (let byte = text[at] ?? 0; byte >= zero && byte <= nine; byte = text[at] ?? 0) at += 1;
  return at === from ? -1 : at;
}

function skipBlanks(text: Buffer, start: number): number {
  let at = start;
  while (isBlank(text[at])) at += 1;
  return at;
}
