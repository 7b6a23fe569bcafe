import * as datatypes from './datatypes.ts';
import {
  characterAt,
  countDigits,
  loadDigits,
  otherCharacters,
  valueOfEight,
  valueOfFewDigits,
  wholePower,
} from './digits.ts';
import { keepInteger } from './read-integer.ts';

const blank: u8 = 0x20;
const minus: u8 = 0x2d;
const comma: u8 = 0x2c;

/** No number that is read here is longer, with what is looked at behind it. */
const bytesPerNumberMax: usize = 32;

/** Where the last run of numbers went on to. */
export let integersOut: usize = 0;

/**
 * Reads one integer after the other, as long as they have the usual form: up to fifteen digits, a comma, and perhaps one blank
 * before the next. Whatever has another form is left to `readInteger`.
 * @returns the address of the first that was not read; `integersOut` is where it belongs.
 */
export function readIntegers(datatype: i32, start: usize, end: usize, firstOut: usize): usize {
  const size = usize(datatypes.elementBytes(datatype));
  let at = start;
  let out = firstOut;
  while (at + bytesPerNumberMax <= end) {
    let word = load<u64>(at);
    if ((word & 0xff) == blank) {
      at += 1;
      word = load<u64>(at);
    }
    // No branch: signs come and go.
    const isNegative = (word & 0xff) == minus;
    let place = at + usize(isNegative);
    let eight = (word >> (u64(isNegative) << 3)) ^ 0x3030303030303030;
    const startsWithZero = (eight & 0xff) == 0;
    let magnitude: u64 = 0;
    if (!isNegative && otherCharacters(eight) == 0) {
      if (startsWithZero) break;
      magnitude = valueOfEight(eight);
      place += 8;
      eight = loadDigits(place);
    }
    const count = countDigits(eight);
    if (count == 8 || (startsWithZero && count > 1)) break;
    magnitude = magnitude * wholePower(count) + valueOfFewDigits(eight, count);
    place += usize(count);
    if (characterAt(eight, count) != comma || place == at + usize(isNegative)) break;
    if (!keepInteger(datatype, magnitude, isNegative, out)) break;
    out += size;
    at = place + 1;
  }
  integersOut = out;
  return at;
}
