import { ClusterError } from '@cluster-ai/core/errors.ts';

/** Deepest nesting of arrays and objects that is accepted; Triton's limit. */
export const jsonDepthMax = 100;

/** Largest JSON text, bytes; Triton's default. Larger tensors travel in binary, which has the listener's limit only. */
export const jsonBytesMax = 64 * 2 ** 20;

/**
 * Arrays and objects in one text at most. An empty one takes 2 bytes of text and up to 56 of memory, so that without a
 * limit the largest text would fill the heap.
 */
export const jsonContainersMax = 2 ** 22;

const quote = 0x22;
const backslash = 0x5c;
const openBracket = 0x5b;
const openBrace = 0x7b;

/**
 * Refuses a text that would cost too much to parse. Looks at bytes only, before anything is built from them; whether
 * the text is JSON at all is the parser's question.
 * @throws ClusterError INVALID_ARGUMENT, in Triton's words for size and depth.
 */
export function assertJsonBounds(bytes: Uint8Array): void {
  if (bytes.byteLength > jsonBytesMax) {
    throw invalid(
      `request JSON size of ${bytes.byteLength} bytes exceeds the maximum allowed input size of ${jsonBytesMax} bytes; send large tensors in binary`,
    );
  }
  if (hasFewContainers(bytes)) return;
  let depth = 0;
  let containers = 0;
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index] ?? 0;
    // Digits, commas and blanks, which most of a large text consists of, leave here.
    if (byte < openBracket && byte !== quote) continue;
    if (byte === openBracket || byte === openBrace) {
      depth += 1;
      containers += 1;
      if (depth > jsonDepthMax) throw jsonTooDeep();
      if (containers > jsonContainersMax) {
        throw invalid(`the JSON text has more than ${jsonContainersMax} arrays and objects`);
      }
    } else if (byte === 0x5d || byte === 0x7d) {
      depth -= 1;
    } else if (byte === quote) {
      index = stringEnd(bytes, index);
    }
  }
}

export function jsonTooDeep(): ClusterError {
  return invalid(`JSON nesting depth exceeds maximum allowed limit (${jsonDepthMax})`);
}

/** A text with no more opening brackets than levels allowed cannot be too deep; finding them is a native search. */
function hasFewContainers(bytes: Uint8Array): boolean {
  if (bytes.byteLength <= jsonDepthMax) return true;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let found = 0;
  for (const byte of [openBracket, openBrace]) {
    for (let at = buffer.indexOf(byte); at !== -1; at = buffer.indexOf(byte, at + 1)) {
      found += 1;
      if (found > jsonDepthMax) return false;
    }
  }
  return true;
}

function stringEnd(bytes: Uint8Array, start: number): number {
  let index = start + 1;
  while (index < bytes.length && bytes[index] !== quote) index += bytes[index] === backslash ? 2 : 1;
  return index;
}

function invalid(message: string): ClusterError {
  return new ClusterError('INVALID_ARGUMENT', message);
}
