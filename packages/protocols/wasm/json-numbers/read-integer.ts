import * as datatypes from './datatypes.ts';
import { countDigits, loadDigits, valueOfDigits, wholePower } from './digits.ts';
import { lastFloat, readFloat } from './read-float.ts';

const minus: u8 = 0x2d;
const point: u8 = 0x2e;
const zero: u8 = 0x30;

/** The largest integer of which a double tells its neighbours apart. */
const safeMax: u64 = (1 << 53) - 1;

/** Whether an integer beyond 2^53 was read, which the quick parser of JavaScript would have rounded. */
export let sawUnsafe: boolean = false;

export function forgetUnsafe(): void {
  sawUnsafe = false;
}

/**
 * Reads an integer into `out`. As in JavaScript, 1.0 and 1e2 are integers, too.
 * @returns the address behind it; 0 where none stands that is a value of the datatype.
 */
export function readInteger(datatype: i32, start: usize, out: usize): usize {
  const isNegative = load<u8>(start) == minus;
  const first = start + usize(isNegative);
  let eight = loadDigits(first);
  let count = countDigits(eight);
  if (count == 0 || (count > 1 && load<u8>(first) == zero)) return 0;
  let magnitude = valueOfDigits(eight, count);
  let at = first + usize(count);
  while (count == 8) {
    eight = loadDigits(at);
    count = countDigits(eight);
    if (count == 0) break;
    magnitude = magnitude * wholePower(count) + valueOfDigits(eight, count);
    at += usize(count);
  }
  const next = load<u8>(at);
  if (next == point || (next | 0x20) == 0x65) return readWhole(datatype, start, out);
  const digits = i32(at - first);
  // Of numbers with 20 digits, those that pass 2^64 have come out smaller than they are.
  if (digits > 20 || (digits == 20 && (load<u8>(first) != 0x31 || magnitude < wholePower(19)))) return 0;
  if (magnitude > safeMax) sawUnsafe = true;
  return keepInteger(datatype, magnitude, isNegative, out) ? at : 0;
}

/** An integer with a fraction of zeros, or an exponent. */
function readWhole(datatype: i32, start: usize, out: usize): usize {
  const at = readFloat(start);
  if (at == 0) return 0;
  const magnitude = abs(lastFloat);
  if (!(magnitude <= f64(safeMax)) || trunc(magnitude) != magnitude) return 0;
  return keepInteger(datatype, u64(magnitude), lastFloat < 0, out) ? at : 0;
}

/** Stores the integer. @returns false when the datatype does not have it. */
export function keepInteger(datatype: i32, magnitude: u64, isNegative: boolean, out: usize): boolean {
  const bytes = datatypes.elementBytes(datatype);
  const all = u64.MAX_VALUE >> u64(64 - (bytes << 3));
  // A signed datatype has one number more below zero; an unsigned one has nothing there but minus zero.
  const max = datatypes.isSigned(datatype) ? (all >> 1) + u64(isNegative) : isNegative ? 0 : all;
  if (magnitude > max) return false;
  const value = isNegative ? 0 - magnitude : magnitude;
  if (bytes == 1) store<u8>(out, u8(value));
  else if (bytes == 2) store<u16>(out, u16(value));
  else if (bytes == 4) store<u32>(out, u32(value));
  else store<u64>(out, value);
  return true;
}
