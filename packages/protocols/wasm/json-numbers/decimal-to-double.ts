import { doublePowerMin, doublePowersAt, fivesAt } from './memory.ts';

/** Powers of ten that a double holds exactly. */
const exactPowerMax: i32 = 22;
const exactMantissaMax: u64 = 1 << 53;

/** With a mantissa of 64 bits, smaller exponents give zero and larger ones infinity. */
const exponentMin: i32 = -342;
const exponentMax: i32 = 308;

/** 10^exponent for -64 to 64, as the double next to it. */
export function doublePower(exponent: i32): f64 {
  return load<f64>(doublePowersAt + (usize(exponent - doublePowerMin) << 3));
}

/**
 * The double next to mantissa * 10^exponent, to the even one from halfway.
 *
 * Small ones by one exact operation (Clinger, 1990), all others by the product of the mantissa with 128 bits of the power of
 * five (Lemire, "Number parsing at a gigabyte per second", 2021), which always suffices for 64 bits of mantissa (Mushtak and
 * Lemire, "Fast number parsing without fallback", 2023).
 */
export function decimalToDouble(mantissa: u64, exponent: i32): f64 {
  if (mantissa <= exactMantissaMax) {
    if (exponent == 0 || mantissa == 0) return f64(mantissa);
    if (exponent < 0 && exponent >= -exactPowerMax) return f64(mantissa) / doublePower(-exponent);
    if (exponent > 0 && exponent <= exactPowerMax) return f64(mantissa) * doublePower(exponent);
  }
  if (exponent < exponentMin) return 0;
  if (exponent > exponentMax) return Infinity;
  return byPowerOfFive(mantissa, exponent);
}

function byPowerOfFive(mantissa: u64, exponent: i32): f64 {
  const leadingZeros = clz(mantissa);
  const factor = mantissa << leadingZeros;
  const five = fivesAt + (usize(exponent - exponentMin) << 4);
  const upper = load<u64>(five);
  let low = factor * upper;
  let high = highHalf(factor, upper);
  // The lower half of the power matters only where it could carry into the bits that are kept.
  if ((high & 0x1ff) == 0x1ff) {
    const more = highHalf(factor, load<u64>(five, 8));
    low += more;
    if (low < more) high += 1;
  }
  const top = high >> 63;
  const shift = top + 9;
  // 54 bits: the double's 53 and one to round by.
  let bits = high >> shift;
  // 217706 / 2^16 is log2(10) closely enough for every exponent of the table.
  let power = ((217706 * exponent) >> 16) + 63 + 1023 + i32(top) - i32(leadingZeros);
  if (power <= 0) return subnormal(bits, power);
  // Halfway between two doubles, exactly: only these powers of five fit beside 54 bits. Half to even, hence down from here.
  if (low <= 1 && exponent >= -4 && exponent <= 23 && (bits & 3) == 1 && bits << shift == high) bits &= ~1;
  bits = (bits + (bits & 1)) >> 1;
  if (bits == 1 << 53) {
    bits = 1 << 52;
    power += 1;
  }
  if (power >= 2047) return Infinity;
  return reinterpret<f64>((bits & 0x000fffffffffffff) | (u64(power) << 52));
}

function subnormal(bits: u64, power: i32): f64 {
  const shift = 1 - power;
  if (shift >= 64) return 0;
  const fewer = bits >> u64(shift);
  // One that is rounded up to 2^52 is the smallest normal number, in these very bits.
  return reinterpret<f64>((fewer + (fewer & 1)) >> 1);
}

/** The upper 64 bits of the product. */
function highHalf(a: u64, b: u64): u64 {
  const aLow = a & 0xffffffff;
  const aHigh = a >> 32;
  const bLow = b & 0xffffffff;
  const bHigh = b >> 32;
  const middle = aHigh * bLow + ((aLow * bLow) >> 32);
  const other = aLow * bHigh + (middle & 0xffffffff);
  return aHigh * bHigh + (middle >> 32) + (other >> 32);
}
