/** Deepest nesting of arrays and objects that is accepted; Triton's limit. */
export const jsonDepthMax = 100;

const quote = 0x22;
const backslash = 0x5c;

/**
 * True when arrays and objects are nested deeper than `jsonDepthMax`. Looks at bytes only, so that a hostile body is
 * refused before anything is built from it.
 */
export function exceedsJsonDepth(bytes: Uint8Array): boolean {
  let depth = 0;
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index];
    if (byte === 0x5b || byte === 0x7b) {
      depth += 1;
      if (depth > jsonDepthMax) return true;
    } else if (byte === 0x5d || byte === 0x7d) {
      depth -= 1;
    } else if (byte === quote) {
      index = stringEnd(bytes, index);
    }
  }
  return false;
}

function stringEnd(bytes: Uint8Array, start: number): number {
  let index = start + 1;
  while (index < bytes.length && bytes[index] !== quote) index += bytes[index] === backslash ? 2 : 1;
  return index;
}
