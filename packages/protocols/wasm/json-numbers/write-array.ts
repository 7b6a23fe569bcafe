import * as datatypes from './datatypes.ts';
import { numbersAt, textAt, textBytesMax } from './memory.ts';
import { writeFloat32 } from './write-float32.ts';
import { writeInteger } from './write-integer.ts';

const comma: u8 = 0x2c;

/** Longest text of one number with its comma: 20 digits of an integer, a sign or 21 of a float32. */
const numberBytesMax: i32 = 24;

/** Numbers whose text fits into the memory for text, whatever they are. */
export const writableMax: i32 = textBytesMax / numberBytesMax;

/**
 * Writes the first numbers in the memory for numbers as text, each with a comma behind it.
 * @param count at most `writableMax`.
 * @returns bytes of the text.
 */
export function write(datatype: i32, count: i32): i32 {
  const size = usize(datatypes.elementBytes(datatype));
  let from = numbersAt;
  const end = from + usize(count) * size;
  let at = textAt;
  for (; from < end; from += size) {
    at = writeValue(datatype, from, at);
    store<u8>(at, comma);
    at += 1;
  }
  return i32(at - textAt);
}

function writeValue(datatype: i32, from: usize, at: usize): usize {
  if (datatype == datatypes.fp32) return writeFloat32(from, at);
  if (datatype == datatypes.bool) return writeBoolean(load<u8>(from) != 0, at);
  return writeInteger(datatype, from, at);
}

function writeBoolean(value: boolean, at: usize): usize {
  // "true", and "fals" of "false"
  store<u32>(at, value ? 0x65757274 : 0x736c6166);
  if (value) return at + 4;
  store<u8>(at, 0x65, 4);
  return at + 5;
}
