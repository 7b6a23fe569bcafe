import { wholePowersAt } from './memory.ts';

// Eight characters at once in one u64, the first of them in the lowest byte.

/** Eight characters with each digit as its value: what is no digit becomes 10 or more. */
export function loadDigits(at: usize): u64 {
  return load<u64>(at) ^ 0x3030303030303030;
}

/** A bit in the top of each byte that is no digit; those behind the first may be wrong. */
export function otherCharacters(digits: u64): u64 {
  // Adding 0x76 carries 10 and more into the top bit. A carry into the next byte comes after the first that is no digit.
  return (digits | (digits + 0x7676767676767676)) & 0x8080808080808080;
}

/** How many of the eight are digits, up to the first that is none. */
export function countDigits(digits: u64): i32 {
  return i32(ctz(otherCharacters(digits)) >> 3);
}

/** The character at a place, 0 to 7. */
export function characterAt(digits: u64, place: i32): u8 {
  return u8(digits >> u64(place << 3)) ^ 0x30;
}

/** The number that eight digits are. */
export function valueOfEight(digits: u64): u64 {
  const pairs = digits * 10 + (digits >> 8);
  const even = pairs & 0x000000ff000000ff;
  const odd = (pairs >> 16) & 0x000000ff000000ff;
  return (even * 0x000f424000000064 + odd * 0x0000271000000001) >> 32;
}

/** The number that the first digits are. @param count 1 to 8. */
export function valueOfDigits(digits: u64, count: i32): u64 {
  // What follows the digits leaves at the top; zeros come in below, where leading zeros belong.
  return valueOfEight(digits << u64(64 - (count << 3)));
}

/** The same, without a branch for none. @param count 0 to 7. */
export function valueOfFewDigits(digits: u64, count: i32): u64 {
  // Two steps, because a shift by 64 is none.
  return valueOfEight((digits << u64(56 - (count << 3))) << 8);
}

/** 10^exponent for 0 to 19. */
export function wholePower(exponent: i32): u64 {
  return load<u64>(wholePowersAt + (usize(exponent) << 3));
}
