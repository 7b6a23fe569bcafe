// The datatypes of tensors by number, as `src/json/numbers-module.ts` has them. Integers: unsigned odd, signed even.

export const bool: i32 = 0;
export const uint8: i32 = 1;
export const int64: i32 = 8;
export const fp32: i32 = 9;
export const fp64: i32 = 10;

/** Bytes of one element. */
export function elementBytes(datatype: i32): i32 {
  if (datatype == bool) return 1;
  if (datatype == fp32) return 4;
  if (datatype == fp64) return 8;
  return 1 << ((datatype - uint8) >> 1);
}

export function isInteger(datatype: i32): boolean {
  return datatype >= uint8 && datatype <= int64;
}

export function isSigned(datatype: i32): boolean {
  return (datatype & 1) == 0;
}
