/** A positive number as `digits * 10^exponent`, with at most 9 digits and none of them a zero at the end. */
export interface ShortDecimal {
  digits: number;
  exponent: number;
}

/** Nine digits tell any two float32 apart (IEEE 754 binary32), six survive the way there and back. */
const digitsMax = 9;
const digitsThatSurvive = 6;

/** Below this, numbers are subnormal and have fewer bits, so that fewer digits may do. */
const smallestNormal = 2 ** -126;

/** Powers 10^-64 to 10^64, each the double next to it; the reader's margin below covers the difference. */
const powersOfTen = Float64Array.from({ length: 129 }, (_, index) => Number(`1e${index - 64}`));

const log10Of2 = Math.log10(2);

/** To look at the bits of a number. */
const single = new Float32Array(1);
const singleBits = new Uint32Array(single.buffer);

/** Twice the relative error of the division below: decimals this close to the border between two float32 are left out. */
const margin = 2 ** -50;

/**
 * Finds the decimal of fewest digits that reads back as the same float32. Printing the number as a double would show
 * digits that the model never computed.
 * @param value positive, finite, a float32.
 * @param result is overwritten: this runs for every number of an answer.
 */
export function shortestFloat32(value: number, result: ShortDecimal): void {
  const leading = leadingExponent(value);
  for (let digits = value < smallestNormal ? 1 : digitsThatSurvive; digits <= digitsMax; digits += 1) {
    const scale = digits - 1 - leading;
    const scaled = value * powerOfTen(scale);
    const nearest = Math.round(scaled);
    // Below a power of two the numbers lie closer: the nearest decimal may miss where the one beyond it fits.
    const other = scaled > nearest ? nearest + 1 : nearest - 1;
    const found = readsBack(nearest, scale, value) ? nearest : other;
    if (found === other && !readsBack(other, scale, value)) continue;
    setWithoutZeros(result, found, -scale);
    return;
  }
  setFromText(result, value);
}

/** The largest power of ten that is not above the value; the logarithm would take longer than all that follows. */
function leadingExponent(value: number): number {
  if (value < smallestNormal) return Math.floor(Math.log10(value));
  single[0] = value;
  const exponent = ((singleBits[0] ?? 0) >>> 23) - 127;
  // Between that power of two and the next, the logarithm grows by a third.
  const least = Math.floor(exponent * log10Of2);
  return value >= powerOfTen(least + 1) ? least + 1 : least;
}

function powerOfTen(exponent: number): number {
  return powersOfTen[exponent + 64] ?? Number.NaN;
}

/**
 * Whether the decimal reads back as the value, for readers that go by a double and for those that do not.
 *
 * Decimals near the border between two float32 are left out, because the two kinds of readers may take them apart. But
 * one exactly on the border is read by all as the even neighbour, and is often the short one: 30000000000. Such a
 * border has at most 25 bits, so that the division or product is exact when it hits one: with a scale beyond the two
 * bounds, its digits would be more than nine.
 */
function readsBack(digits: number, scale: number, value: number): boolean {
  // Dividing by a power of ten rounds once, multiplying by its inverse would round twice.
  const decimal = scale >= 0 ? digits / powerOfTen(scale) : digits * powerOfTen(-scale);
  if (scale >= -10 && scale <= 8) return Math.fround(decimal) === value;
  return Math.fround(decimal * (1 - margin)) === value && Math.fround(decimal * (1 + margin)) === value;
}

function setWithoutZeros(result: ShortDecimal, digits: number, exponent: number): void {
  let shorter = digits;
  let scale = exponent;
  while (shorter % 10 === 0) {
    shorter /= 10;
    scale += 1;
  }
  result.digits = shorter;
  result.exponent = scale;
}

/** The rare number whose every short decimal lies within the margin of a border: nine digits, by the exact way. */
function setFromText(result: ShortDecimal, value: number): void {
  const [mantissa = '', exponent = ''] = value.toExponential(digitsMax - 1).split('e');
  setWithoutZeros(result, Number(mantissa.replace('.', '')), Number(exponent) - digitsMax + 1);
}
