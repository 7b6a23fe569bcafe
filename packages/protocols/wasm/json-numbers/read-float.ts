import { decimalToDouble } from './decimal-to-double.ts';
import { countDigits, loadDigits, valueOfDigits, wholePower } from './digits.ts';

const minus: u8 = 0x2d;
const plus: u8 = 0x2b;
const point: u8 = 0x2e;
const zero: u8 = 0x30;

/** Digits of which 64 bits hold every number. */
const digitsMax: i32 = 19;

/** Longer exponents than this many digits are left to the other parser; no writer has them. */
const exponentDigitsMax: i32 = 5;

/** Whether a bare NaN or Infinity was read, which are no JSON. */
export let sawWord: boolean = false;

export function forgetWords(): void {
  sawWord = false;
}

/** Where the number of the last `readFloat` is. */
export let lastFloat: f64 = 0;

/**
 * Reads a JSON number, or one of the tokens NaN, Infinity and -Infinity, into `lastFloat`: the double next to it.
 * @returns the address behind it; 0 where none stands, or one that the other parser has to read.
 */
export function readFloat(start: usize): usize {
  const isNegative = load<u8>(start) == minus;
  let at = start + usize(isNegative);
  let eight = loadDigits(at);
  let count = countDigits(eight);
  if (count == 0) return readWord(start);
  const startsWithZero = load<u8>(at) == zero;
  if (startsWithZero && count > 1) return 0;
  let mantissa = valueOfDigits(eight, count);
  at += usize(count);
  // A zero before the point is no digit that 64 bits would have to hold.
  let digits = startsWithZero ? 0 : count;
  while (count == 8) {
    eight = loadDigits(at);
    count = countDigits(eight);
    if (count == 0) break;
    mantissa = mantissa * wholePower(count) + valueOfDigits(eight, count);
    at += usize(count);
    digits += count;
  }
  let exponent: i32 = 0;
  if (load<u8>(at) == point) {
    at += 1;
    const fraction = at;
    do {
      eight = loadDigits(at);
      count = countDigits(eight);
      if (count == 0) break;
      mantissa = mantissa * wholePower(count) + valueOfDigits(eight, count);
      at += usize(count);
    } while (count == 8);
    exponent = -i32(at - fraction);
    if (exponent == 0) return 0;
    digits -= exponent;
  }
  const mantissaEnd = at;
  if ((load<u8>(at) | 0x20) == 0x65) {
    at = readExponent(at + 1);
    if (at == 0) return 0;
    exponent += lastExponent;
  }
  const value =
    digits <= digitsMax
      ? decimalToDouble(mantissa, exponent)
      : readLong(start + usize(isNegative), mantissaEnd, exponent);
  if (value != value) return 0;
  lastFloat = isNegative ? -value : value;
  return at;
}

let lastExponent: i32 = 0;

function readExponent(start: usize): usize {
  const sign = load<u8>(start);
  let at = start + usize(sign == minus || sign == plus);
  const digits = loadDigits(at);
  const count = countDigits(digits);
  if (count == 0 || count > exponentDigitsMax) return 0;
  const value = i32(valueOfDigits(digits, count));
  lastExponent = sign == minus ? -value : value;
  return at + usize(count);
}

/**
 * A number of more digits than 64 bits hold: from its first 19 on, it lies between them and the next mantissa. Where both
 * are the same double, so is it.
 * @param exponent of the last digit.
 * @returns NaN where they are not.
 */
function readLong(start: usize, end: usize, exponent: i32): f64 {
  let mantissa: u64 = 0;
  let taken: i32 = 0;
  let left: i32 = 0;
  let isExact = true;
  for (let at = start; at < end; at += 1) {
    const character = load<u8>(at);
    if (character == point) continue;
    if (taken < digitsMax) {
      mantissa = mantissa * 10 + u64(character - zero);
      // Zeros in front of all others are not counted.
      if (mantissa != 0) taken += 1;
    } else {
      left += 1;
      if (character != zero) isExact = false;
    }
  }
  const value = decimalToDouble(mantissa, exponent + left);
  if (isExact || value == decimalToDouble(mantissa + 1, exponent + left)) return value;
  return NaN;
}

/** The bare tokens, by their characters as little-endian words. */
function readWord(start: usize): usize {
  // "NaN"
  if ((load<u32>(start) & 0x00ffffff) == 0x004e614e) return word(NaN, start + 3);
  // "Infinity"
  if (load<u64>(start) == 0x7974696e69666e49) return word(Infinity, start + 8);
  if (load<u8>(start) == minus && load<u64>(start + 1) == 0x7974696e69666e49) return word(-Infinity, start + 9);
  return 0;
}

function word(value: f64, end: usize): usize {
  sawWord = true;
  lastFloat = value;
  return end;
}
