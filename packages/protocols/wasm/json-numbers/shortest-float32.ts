import { doublePower } from './decimal-to-double.ts';

// The same decimals as `src/json/shortest-float32.ts`, which says which those are.

/** The digits of the last decimal, and the power of ten that they stand before. */
export let digits: u32 = 0;
export let exponent: i32 = 0;

/** Nine digits tell any two float32 apart (IEEE 754 binary32), six survive the way there and back. */
const digitsMax: i32 = 9;
const digitsThatSurvive: i32 = 6;

/** As a number of nine digits: distances closer than this to each other are not compared here, but by `shortestSlowly`. */
const doubt: f64 = 1e-5;

/** Twice the relative error of the division in `readsBack`. */
const margin: f64 = 1.0 / 1_125_899_906_842_624.0;

/**
 * Finds the decimal of fewest digits that reads back as the same float32, into `digits` and `exponent`.
 *
 * The number is scaled to nine digits before the point. Decimals with fewer digits are multiples of 10, 100 and 1,000 there,
 * and one reads back when it is closer to the number than half the way to the next float32. Errors of the scaling are a
 * hundred times smaller than `doubt`.
 * @param bits of a float32 that is positive and finite.
 */
export function shortestFloat32(bits: u32): void {
  const value = f64(reinterpret<f32>(bits));
  const power = i32(bits >> 23) - 127;
  const leading = leadingPower(value, power);
  // Below a power of two the next float32 is only half as far; subnormal numbers have fewer bits.
  if ((bits & 0x7fffff) == 0 || power == -127) return shortestSlowly(value, power, leading);
  const scale = digitsMax - 1 - leading;
  const scaled = value * doublePower(scale);
  const half = reinterpret<f64>(u64(power + 1023 - 24) << 52) * doublePower(scale);
  const whole = u32(scaled);
  const rest = scaled - f64(whole);
  let unit: u32 = 1_000;
  for (let count = digitsThatSurvive; count <= digitsMax; count += 1) {
    const beyond = whole % unit;
    const below = f64(beyond) + rest;
    const above = f64(unit) - below;
    const distance = min(below, above);
    if (distance < half - doubt) {
      if (abs(below - above) < doubt) break;
      const nearest = (whole - beyond) / unit + u32(above < below);
      setWithoutZeros(nearest, leading + 1 - count, count == digitsThatSurvive);
      return;
    }
    if (distance < half + doubt) break;
    unit /= 10;
  }
  shortestSlowly(value, power, leading);
}

/** The power of ten of the first digit. @param power the power of two of the first bit; -127 for subnormal numbers. */
function leadingPower(value: f64, power: i32): i32 {
  // log10(2) is 1233 / 4096 closely enough: the result is right, or one too small.
  let leading = power == -127 ? -45 : (power * 1233) >> 12;
  while (value >= doublePower(leading + 1)) leading += 1;
  return leading;
}

/** Tries one count of digits after the other, each nearest decimal and the one on the number's other side. */
function shortestSlowly(value: f64, power: i32, leading: i32): void {
  let count = power == -127 ? 1 : digitsThatSurvive;
  for (; count <= digitsMax; count += 1) {
    const scale = count - 1 - leading;
    const scaled = value * doublePower(scale);
    const upper = ceil(scaled);
    const nearest = upper - 0.5 > scaled ? upper - 1 : upper;
    const other = scaled > nearest ? nearest + 1 : nearest - 1;
    if (readsBack(nearest, scale, value)) return setWithoutZeros(u32(nearest), -scale, true);
    if (readsBack(other, scale, value)) return setWithoutZeros(u32(other), -scale, true);
  }
  // The nearest decimal of nine digits is six times closer than the border to the next float32.
  unreachable();
}

/** See `readsBack` of `src/json/shortest-float32.ts`. */
function readsBack(decimalDigits: f64, scale: i32, value: f64): boolean {
  const decimal = scale >= 0 ? decimalDigits / doublePower(scale) : decimalDigits * doublePower(-scale);
  if (scale >= -10 && scale <= 8) return f64(f32(decimal)) == value;
  return f64(f32(decimal * (1 - margin))) == value && f64(f32(decimal * (1 + margin))) == value;
}

function setWithoutZeros(decimalDigits: u32, power: i32, mayHaveZeros: boolean): void {
  let shorter = decimalDigits;
  let zeros = 0;
  while (mayHaveZeros && shorter % 10 == 0) {
    shorter /= 10;
    zeros += 1;
  }
  digits = shorter;
  exponent = power + zeros;
}
