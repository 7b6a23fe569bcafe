import { shortestFloat32, type ShortDecimal } from './shortest-float32.ts';

/** Longest text of one number with its comma: sign, 21 digits, comma; the exponent form is shorter. */
const numberBytesMax = 24;

/** Numbers are written as bytes into this and read as text once in a while: far cheaper than a string for each. */
const scratch = Buffer.alloc(16_384);

const decimal: ShortDecimal = { digits: 0, exponent: 0 };

const zero = 0x30;
const minus = 0x2d;
const point = 0x2e;
const comma = 0x2c;

/**
 * The numbers as the inside of a JSON array: fewest digits that read back equal, laid out as JavaScript prints numbers;
 * NaN and infinities are the bare tokens that Triton writes. Minus zero is `-0.0`, because Python reads `-0` as the
 * integer 0.
 * @param count how many of them.
 */
export function float32ToJson(values: Float32Array, count = values.length): string {
  let text = '';
  let end = 0;
  for (let index = 0; index < count; index += 1) {
    if (end > scratch.length - numberBytesMax) {
      text += scratch.toString('latin1', 0, end);
      end = 0;
    }
    if (index > 0) scratch[end++] = comma;
    end = writeFloat32(values[index] ?? Number.NaN, end);
  }
  return text + scratch.toString('latin1', 0, end);
}

function writeFloat32(value: number, start: number): number {
  if (Number.isNaN(value)) return writeText('NaN', start);
  if (value === 0) return writeText(Object.is(value, -0) ? '-0.0' : '0', start);
  let end = start;
  if (value < 0) scratch[end++] = minus;
  if (Math.abs(value) === Infinity) return writeText('Infinity', end);
  shortestFloat32(Math.abs(value), decimal);
  return writeDecimal(decimal.digits, decimal.exponent, end);
}

/** Layout of ECMAScript's Number::toString: plain from 1e-6 up to 1e21, with an exponent beyond. */
function writeDecimal(digits: number, exponent: number, start: number): number {
  const count = digitCount(digits);
  const beforePoint = count + exponent;
  if (beforePoint > 21 || beforePoint < -5) return writeWithExponent(digits, count, beforePoint - 1, start);
  if (exponent >= 0) return writeZeros(exponent, writeDigits(digits, count, start));
  if (beforePoint <= 0) {
    scratch[start] = zero;
    scratch[start + 1] = point;
    return writeDigits(digits, count, writeZeros(-beforePoint, start + 2));
  }
  return writeDigitsWithPoint(digits, count, beforePoint, start);
}

function writeWithExponent(digits: number, count: number, exponent: number, start: number): number {
  const end = count === 1 ? writeDigits(digits, 1, start) : writeDigitsWithPoint(digits, count, 1, start);
  return writeText(`e${exponent < 0 ? '-' : '+'}${Math.abs(exponent)}`, end);
}

/** Writes the digits one place to the right, then moves those before the point back. */
function writeDigitsWithPoint(digits: number, count: number, beforePoint: number, start: number): number {
  const end = writeDigits(digits, count, start + 1);
  for (let at = start; at < start + beforePoint; at += 1) scratch[at] = scratch[at + 1] ?? zero;
  scratch[start + beforePoint] = point;
  return end;
}

function writeDigits(digits: number, count: number, start: number): number {
  let rest = digits;
  for (let at = start + count - 1; at >= start; at -= 1) {
    const shorter = Math.floor(rest / 10);
    scratch[at] = zero + rest - shorter * 10;
    rest = shorter;
  }
  return start + count;
}

function digitCount(digits: number): number {
  let count = 1;
  for (let limit = 10; digits >= limit; limit *= 10) count += 1;
  return count;
}

function writeZeros(count: number, start: number): number {
  for (let at = start; at < start + count; at += 1) scratch[at] = zero;
  return start + count;
}

function writeText(text: string, start: number): number {
  for (let index = 0; index < text.length; index += 1) scratch[start + index] = text.charCodeAt(index);
  return start + text.length;
}
