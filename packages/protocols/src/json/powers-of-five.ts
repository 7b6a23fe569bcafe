const exponentMin = -342;
const exponentMax = 308;
const bits = 128n;

/** Below this, the table's numbers are cut like those of positive exponents; up to -1 they are rounded up. */
const roundedFrom = -27;

/**
 * The upper 128 bits of each power of five from 5^-342 to 5^308, high half first: what the reader of numbers multiplies by,
 * cut or rounded up as its proof asks for (Lemire, "Number parsing at a gigabyte per second", 2021, section 5). Made here,
 * because the table is larger than the program that reads it.
 */
export function powersOfFive(): BigUint64Array {
  const table = new BigUint64Array((exponentMax - exponentMin + 1) * 2);
  let power = 1n;
  for (let exponent = 0; exponent <= exponentMax; exponent += 1) {
    put(table, exponent, power);
    power *= 5n;
  }
  power = 5n;
  for (let exponent = -1; exponent >= exponentMin; exponent -= 1) {
    put(table, exponent, inverse(power, exponent));
    power *= 5n;
  }
  return table;
}

/** One over the power of five, as an integer of 128 bits or more. */
function inverse(power: bigint, exponent: number): bigint {
  const places = exponent >= roundedFrom ? length(power) + bits - 1n : 2n * (length(power) + bits / 2n);
  return (1n << places) / power + 1n;
}

function put(table: BigUint64Array, exponent: number, value: bigint): void {
  const excess = length(value) - bits;
  const upper = excess > 0n ? value >> excess : value << -excess;
  const index = (exponent - exponentMin) * 2;
  table[index] = upper >> 64n;
  table[index + 1] = upper & (2n ** 64n - 1n);
}

/** How many bits the number has. */
function length(value: bigint): bigint {
  const digits = value.toString(16);
  return BigInt(digits.length * 4 - Math.clz32(Number(`0x${digits[0]}`)) + 28);
}
