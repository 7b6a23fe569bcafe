import * as datatypes from './datatypes.ts';
import { numbersAt, stateAt, textAt } from './memory.ts';
import { forgetWords, lastFloat, readFloat, sawWord } from './read-float.ts';
import { floatsOut, readFloats } from './read-floats.ts';
import { forgetUnsafe, readInteger, sawUnsafe } from './read-integer.ts';
import { integersOut, readIntegers } from './read-integers.ts';

const comma: u8 = 0x2c;
const open: u8 = 0x5b;
const close: u8 = 0x5d;

/** What may come next in the text of an array. */
const valueOrEnd: i32 = 0;
const value: i32 = 1;
const commaOrEnd: i32 = 2;
const nothing: i32 = 3;

/** What a call of `read` ends with. */
export const gaveUp: i32 = 0;
export const wantsMore: i32 = 1;
export const ended: i32 = 2;

/** Levels of lists in the array. */
let depth: i32 = 0;
let depthMax: i32 = 0;
let lists: i32 = 0;
let expected: i32 = value;

/** Begins an array. */
export function begin(): void {
  depth = 0;
  depthMax = 0;
  lists = 0;
  expected = value;
  forgetWords();
  forgetUnsafe();
}

/**
 * Reads the next piece of an array's text, from its first bracket on, whose nested lists are all the same to it. The values
 * of the piece lie in the memory for numbers then. `stateAt` tells how many bytes were taken, which may end before a number
 * that is cut, and how many bytes of values came out; after the whole array also its levels, its lists and what was special in it.
 * @returns `gaveUp` where something else than a value of the datatype stands, or a token longer than a piece.
 */
export function read(datatype: i32, textBytes: i32): i32 {
  const end = textAt + usize(textBytes);
  // Ends every token, and is no part of any.
  store<u64>(end, 0);
  store<u64>(end, 0, 8);
  const size = usize(datatypes.elementBytes(datatype));
  let at = textAt;
  let out = numbersAt;
  while (expected != nothing) {
    let character = load<u8>(at);
    while (character <= 0x20 && isBlank(character)) character = load<u8>(++at);
    if (at >= end) break;
    if (expected == commaOrEnd) {
      if (character == comma) expected = value;
      else if (character == close) leave();
      else return gaveUp;
      at += 1;
    } else if (character == open) {
      if (!enter()) return gaveUp;
      at += 1;
    } else if (character == close && expected == valueOrEnd) {
      leave();
      at += 1;
    } else {
      const usual = readUsual(datatype, at, end, out);
      if (usual != at) {
        at = usual;
        out = usualOut;
        expected = value;
        continue;
      }
      const next = readValue(datatype, at, out);
      if (next == 0 || next >= end) {
        // Cut, perhaps: the next piece begins with it. One that begins a piece is not.
        if (at == textAt) return gaveUp;
        break;
      }
      at = next;
      out += size;
      expected = commaOrEnd;
      // Nearly always.
      if (load<u8>(at) == comma) {
        at += 1;
        expected = value;
      }
    }
  }
  store<i32>(stateAt, i32(at - textAt));
  store<i32>(stateAt, i32(out - numbersAt), 4);
  store<i32>(stateAt, depthMax, 8);
  store<i32>(stateAt, lists, 12);
  store<i32>(stateAt, i32(sawWord) | i32(sawUnsafe), 16);
  return expected == nothing ? ended : wantsMore;
}

function isBlank(character: u8): boolean {
  return character == 0x20 || character == 0x0a || character == 0x0d || character == 0x09;
}

function enter(): boolean {
  if (expected == commaOrEnd) return false;
  depth += 1;
  if (depth > depthMax) depthMax = depth;
  lists += 1;
  expected = valueOrEnd;
  return true;
}

function leave(): void {
  depth -= 1;
  expected = depth == 0 ? nothing : commaOrEnd;
}

/** Where what follows the numbers of the last `readUsual` belongs. */
let usualOut: usize = 0;

/** Reads numbers of the usual forms, as many as stand there. @returns the address behind the last comma. */
function readUsual(datatype: i32, at: usize, end: usize, out: usize): usize {
  if (datatype == datatypes.bool) return at;
  if (datatypes.isInteger(datatype)) {
    const next = readIntegers(datatype, at, end, out);
    usualOut = integersOut;
    return next;
  }
  const next = readFloats(datatype == datatypes.fp32, at, end, out);
  usualOut = floatsOut;
  return next;
}

function readValue(datatype: i32, at: usize, out: usize): usize {
  if (datatypes.isInteger(datatype)) return readInteger(datatype, at, out);
  if (datatype == datatypes.bool) return readBoolean(at, out);
  const next = readFloat(at);
  if (datatype == datatypes.fp32) store<f32>(out, f32(lastFloat));
  else store<f64>(out, lastFloat);
  return next;
}

/** true, false, or a number that is 1 or 0. */
function readBoolean(at: usize, out: usize): usize {
  const four = load<u32>(at);
  // "true", and "fals" of "false"
  if (four == 0x65757274) return keepBoolean(true, at + 4, out);
  if (four == 0x736c6166 && load<u8>(at, 4) == 0x65) return keepBoolean(false, at + 5, out);
  const next = readFloat(at);
  if (next == 0 || (lastFloat != 0 && lastFloat != 1)) return 0;
  return keepBoolean(lastFloat == 1, next, out);
}

function keepBoolean(value: boolean, next: usize, out: usize): usize {
  store<u8>(out, u8(value));
  return next;
}
