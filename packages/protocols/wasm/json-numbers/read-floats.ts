import { decimalToDouble, doublePower } from './decimal-to-double.ts';
import {
  characterAt,
  countDigits,
  loadDigits,
  otherCharacters,
  valueOfDigits,
  valueOfEight,
  valueOfFewDigits,
  wholePower,
} from './digits.ts';

const blank: u8 = 0x20;
const minus: u8 = 0x2d;
const point: u8 = 0x2e;
const comma: u8 = 0x2c;

/** No number that is read here is longer, with what is looked at behind it. */
const bytesPerNumberMax: usize = 40;

/** Of more digits, 64 bits do not hold every number. */
const digitsMax: i32 = 19;

const exactMantissaMax: i64 = 1 << 53;

/** Three roundings, of the mantissa, of the quotient, and of the double that it stands for, miss by 4 at most. */
const doubt: u64 = 8;

/**
 * A mantissa of so much with its sixteenth place as the last misses by less than 10^-12 of itself without those that follow,
 * which is 9,008 places of a double's last bit.
 */
const longMantissaMin: u64 = 1_000_000_000_000;
const longDoubt: u64 = 10_000;

/** Where the last run of numbers went on to. */
export let floatsOut: usize = 0;

/**
 * Reads one number after the other, as long as they have the usual forms: up to seven digits, perhaps a fraction, a comma, and
 * perhaps one blank before the next. Whatever has another form is left to `readFloat`.
 * @returns the address of the first that was not read; `floatsOut` is where it belongs.
 */
export function readFloats(isSingle: boolean, start: usize, end: usize, firstOut: usize): usize {
  let at = start;
  let out = firstOut;
  while (at + bytesPerNumberMax <= end) {
    // A branch for the blank, which is there always or never; none for the sign, which comes and goes.
    let word = load<u64>(at);
    if ((word & 0xff) == blank) {
      at += 1;
      word = load<u64>(at);
    }
    const isNegative = (word & 0xff) == minus;
    let eight = (word >> (u64(isNegative) << 3)) ^ 0x3030303030303030;
    let place = at + usize(isNegative);
    let mantissa: u64;
    let digits: i32 = 1;
    // Where a branch foresees a length, the processor begins the next number before this one is read.
    if (characterAt(eight, 1) == point) {
      mantissa = eight & 0xff;
      if (mantissa > 9) break;
      place += 2;
    } else {
      digits = countDigits(eight);
      if (digits == 0 || digits == 8 || (digits > 1 && (eight & 0xff) == 0)) break;
      mantissa = valueOfDigits(eight, digits);
      place += usize(digits) + 1;
      const next = characterAt(eight, digits);
      if (next == comma) {
        out = keep(isSingle, f64(i32(mantissa)), isNegative, out);
        at = place;
        continue;
      }
      if (next != point) break;
    }
    const fraction = place;
    eight = loadDigits(place);
    let isLong = false;
    if (otherCharacters(eight) == 0) {
      mantissa = mantissa * 100_000_000 + valueOfEight(eight);
      place += 8;
      eight = loadDigits(place);
      if (otherCharacters(eight) == 0) {
        mantissa = mantissa * 100_000_000 + valueOfEight(eight);
        place += 8;
        eight = loadDigits(place);
        isLong = isSingle && digits == 1 && mantissa >= longMantissaMin;
      }
    }
    const count = countDigits(eight);
    if (count == 8) break;
    if (isLong) {
      // Digits beyond the sixteenth place seldom matter to a float32.
      const value = f64(i64(mantissa)) / 1e16;
      if (characterAt(eight, count) == comma && !isNearBorder(value, longDoubt)) {
        out = keep(true, value, isNegative, out);
        at = place + usize(count) + 1;
        continue;
      }
    }
    mantissa = mantissa * wholePower(count) + valueOfFewDigits(eight, count);
    place += usize(count);
    const places = i32(place - fraction);
    if (characterAt(eight, count) != comma || places == 0) break;
    if (digits + places > digitsMax || i64(mantissa) < 0) break;
    let value = f64(i64(mantissa)) / doublePower(places);
    if (isSingle) {
      if (isNearBorder(value, doubt)) value = decimalToDouble(mantissa, -places);
    } else if (i64(mantissa) > exactMantissaMax) {
      value = decimalToDouble(mantissa, -places);
    }
    out = keep(isSingle, value, isNegative, out);
    at = place + 1;
  }
  floatsOut = out;
  return at;
}

/**
 * Whether a double, which stands for a number that it may miss by so many places of its last bit, lies so close to the middle
 * between two float32 that the number may lie on the other side. It is zero, or in the range of normal float32.
 */
function isNearBorder(value: f64, missedBy: u64): boolean {
  return (reinterpret<u64>(value) & 0x1fffffff) - (0x10000000 - missedBy) <= missedBy * 2;
}

/** The sign goes in as a bit: a branch on it would be foreseen wrongly half of the time. */
function keep(isSingle: boolean, value: f64, isNegative: boolean, out: usize): usize {
  if (isSingle) {
    store<u32>(out, reinterpret<u32>(f32(value)) | (u32(isNegative) << 31));
    return out + 4;
  }
  store<u64>(out, reinterpret<u64>(value) | (u64(isNegative) << 63));
  return out + 8;
}
