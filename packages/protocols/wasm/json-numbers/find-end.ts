import { stateAt, textAt } from './memory.ts';

const open: u8 = 0x5b;
const close: u8 = 0x5d;

/** Brackets that are open. */
let depth: i32 = 0;

/** Begins in front of a bracket. */
export function beginFindingEnd(): void {
  depth = 0;
}

/**
 * Looks for the bracket that closes the first one, in the next piece of a text. Strings are not looked at: of an array that
 * holds some, the end may be wrong, and reading it as numbers fails.
 * @returns how many bytes of the piece belong to the array; 0 when it goes on behind it.
 */
export function findEnd(textBytes: i32): i32 {
  const end = textAt + usize(textBytes);
  // Eight characters that have neither bracket nor letter are passed at once: all others lie below 0x40.
  store<u64>(end, 0);
  for (let at = textAt; at < end; at += 8) {
    if ((load<u64>(at) & 0x4040404040404040) == 0) continue;
    for (let near = at; near < at + 8; near += 1) {
      const character = load<u8>(near);
      if (character == open) depth += 1;
      else if (character == close) {
        depth -= 1;
        if (depth == 0) return i32(near + 1 - textAt);
      }
    }
  }
  return 0;
}
