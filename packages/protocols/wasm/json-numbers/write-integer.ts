import * as datatypes from './datatypes.ts';
import { digitPairsAt } from './memory.ts';

const minus: u8 = 0x2d;

/** Writes the integer at `from`. @returns the address behind its text. */
export function writeInteger(datatype: i32, from: usize, at: usize): usize {
  const bytes = datatypes.elementBytes(datatype);
  const isSigned = datatypes.isSigned(datatype);
  let value: i64;
  if (bytes == 1) value = isSigned ? i64(load<i8>(from)) : i64(load<u8>(from));
  else if (bytes == 2) value = isSigned ? i64(load<i16>(from)) : i64(load<u16>(from));
  else if (bytes == 4) value = isSigned ? i64(load<i32>(from)) : i64(load<u32>(from));
  else value = load<i64>(from);
  if (!isSigned || value >= 0) return writeWhole(u64(value), at);
  store<u8>(at, minus);
  return writeWhole(0 - u64(value), at + 1);
}

function writeWhole(value: u64, at: usize): usize {
  if (value < 1_000_000_000) return writeDigits(u32(value), countOfDigits(u32(value)), at);
  const upper = value / 1_000_000_000;
  return writeDigits(u32(value - upper * 1_000_000_000), 9, writeWhole(upper, at));
}

/** Writes so many digits, zeros in front where there are fewer. @returns the address behind them. */
export function writeDigits(value: u32, count: i32, at: usize): usize {
  const end = at + usize(count);
  let rest = value;
  let place = end;
  while (place >= at + 2) {
    const shorter = rest / 100;
    place -= 2;
    store<u16>(place, load<u16>(digitPairsAt + (usize(rest - shorter * 100) << 1)));
    rest = shorter;
  }
  if (place > at) store<u8>(at, u8(0x30 + rest));
  return end;
}

/** @param value below 10^9, or 10^9. */
export function countOfDigits(value: u32): i32 {
  if (value < 10_000) {
    if (value < 100) return value < 10 ? 1 : 2;
    return value < 1_000 ? 3 : 4;
  }
  if (value < 1_000_000) return value < 100_000 ? 5 : 6;
  if (value < 100_000_000) return value < 10_000_000 ? 7 : 8;
  return value < 1_000_000_000 ? 9 : 10;
}
