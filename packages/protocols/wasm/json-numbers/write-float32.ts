import { digits, exponent, shortestFloat32 } from './shortest-float32.ts';
import { countOfDigits, writeDigits } from './write-integer.ts';

const minus: u8 = 0x2d;
const plus: u8 = 0x2b;
const point: u8 = 0x2e;
const letterE: u8 = 0x65;
const zeros: u64 = 0x3030303030303030;

/** Integers below this are their own shortest decimals: the next float32 is no more than 1 away. */
const wholeMax: f32 = 16_777_216;

/** Writes the float32 at `from` as `src/json/float32-json.ts` does. @returns the address behind its text. */
export function writeFloat32(from: usize, start: usize): usize {
  const bits = load<u32>(from);
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) {
    // "NaN" and what the next number overwrites
    store<u32>(start, 0x004e614e);
    return start + 3;
  }
  // No branch: signs come and go.
  store<u8>(start, minus);
  const at = start + usize(bits >> 31);
  if (magnitude == 0x7f800000) {
    // "Infinity"
    store<u64>(at, 0x7974696e69666e49);
    return at + 8;
  }
  if (magnitude == 0) {
    // "0", and "-0.0" for minus zero
    store<u32>(at, 0x00302e30);
    return at + (bits == 0 ? 1 : 3);
  }
  const value = reinterpret<f32>(magnitude);
  if (value < wholeMax && trunc(value) == value) {
    return writeDigits(u32(value), countOfDigits(u32(value)), at);
  }
  shortestFloat32(magnitude);
  return writeDecimal(at);
}

/** Layout of ECMAScript's Number::toString: plain from 1e-6 up to 1e21, with an exponent beyond. */
function writeDecimal(at: usize): usize {
  const count = countOfDigits(digits);
  const beforePoint = count + exponent;
  if (beforePoint > 21 || beforePoint < -5) return writeWithExponent(count, beforePoint - 1, at);
  if (exponent >= 0) return writeZeros(exponent, writeDigits(digits, count, at));
  if (beforePoint > 0) return writeWithPoint(count, beforePoint, at);
  // "0." and the zeros that follow: never more than five
  store<u64>(at, zeros);
  store<u8>(at, point, 1);
  return writeDigits(digits, count, at + usize(2 - beforePoint));
}

/** Writes the digits one place to the right, then moves those before the point back. */
function writeWithPoint(count: i32, beforePoint: i32, at: usize): usize {
  const end = writeDigits(digits, count, at + 1);
  const pointAt = at + usize(beforePoint);
  for (let place = at; place < pointAt; place += 1) store<u8>(place, load<u8>(place, 1));
  store<u8>(pointAt, point);
  return end;
}

function writeWithExponent(count: i32, power: i32, at: usize): usize {
  const end = count == 1 ? writeDigits(digits, 1, at) : writeWithPoint(count, 1, at);
  store<u8>(end, letterE);
  store<u8>(end, power < 0 ? minus : plus, 1);
  const magnitude = u32(abs(power));
  return writeDigits(magnitude, countOfDigits(magnitude), end + 2);
}

function writeZeros(count: i32, at: usize): usize {
  const end = at + usize(count);
  for (let place = at; place < end; place += 1) store<u8>(place, 0x30);
  return end;
}
