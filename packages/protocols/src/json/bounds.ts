import { ClusterError } from '@cluster-ai/core/errors.ts';
import { backslash, closeBrace, closeBracket, colon, openBrace, openBracket, quote } from './octets.ts';

/** Deepest nesting of arrays and objects that is accepted; Triton's limit. */
export const jsonDepthMax = 100;

/**
 * Largest JSON text, bytes, unless a listener has its own limit. Reading one takes the event loop for about 40 ms a MiB at
 * worst. Larger tensors travel in binary, which has the listener's limit only.
 */
export const jsonBytesMax = 16 * 2 ** 20;

/**
 * Arrays and objects in one text at most. An empty one takes 2 bytes of text, up to 56 of memory and half a microsecond, so
 * that without a limit the largest text would fill the heap and take seconds.
 */
export const jsonContainersMax = 2 ** 20;

/** Members of all objects of one text at most: an object with a million different names takes seconds to build. */
export const jsonMembersMax = 2 ** 16;

/**
 * Refuses a text that would cost too much to parse. Looks at bytes only, before anything is built from them; whether
 * the text is JSON at all is the parser's question.
 * @throws ClusterError BODY_TOO_LARGE, or INVALID_ARGUMENT; in Triton's words for size and depth.
 */
export function assertJsonBounds(bytes: Uint8Array, bytesMax = jsonBytesMax): void {
  if (bytes.byteLength > bytesMax) throw jsonTooLarge(bytes.byteLength, bytesMax);
  if (hasFewParts(bytes)) return;
  let depth = 0;
  let containers = 0;
  let members = 0;
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index] ?? 0;
    if (byte < openBracket && byte !== quote) {
      // Digits, commas and blanks, which most of a large text consists of, leave here.
      if (byte !== colon) continue;
      members += 1;
      if (members > jsonMembersMax) throw invalid(`the JSON text has objects with more than ${jsonMembersMax} members`);
    } else if (byte === openBracket || byte === openBrace) {
      depth += 1;
      containers += 1;
      if (depth > jsonDepthMax) throw jsonTooDeep();
      if (containers > jsonContainersMax) {
        throw invalid(
          `the JSON text has more than ${jsonContainersMax} arrays and objects; send large tensors flat or in binary`,
        );
      }
    } else if (byte === closeBracket || byte === closeBrace) {
      depth -= 1;
    } else if (byte === quote) {
      index = stringEnd(bytes, index);
    }
  }
}

/** Triton's sentence, and the way out. */
export function jsonTooLarge(bytes: number, bytesMax: number): ClusterError {
  return new ClusterError(
    'BODY_TOO_LARGE',
    `request JSON size of ${bytes} bytes exceeds the maximum allowed input size of ${bytesMax} bytes; send large tensors in binary, behind a JSON header of Inference-Header-Content-Length bytes`,
  );
}

export function jsonTooDeep(): ClusterError {
  return invalid(`JSON nesting depth exceeds maximum allowed limit (${jsonDepthMax})`);
}

/** Up to here, bytes are looked at one by one sooner than by a native search. */
const shortBytesMax = 512;

/**
 * A text with no more opening brackets than levels allowed cannot be too deep, and one with few colons has few members;
 * finding them is a native search.
 */
function hasFewParts(bytes: Uint8Array): boolean {
  if (bytes.byteLength <= shortBytesMax) return hasFewBrackets(bytes);
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return hasAtMost(buffer, [openBracket, openBrace], jsonDepthMax) && hasAtMost(buffer, [colon], jsonMembersMax);
}

function hasFewBrackets(bytes: Uint8Array): boolean {
  let found = 0;
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index];
    if (byte === openBracket || byte === openBrace) found += 1;
  }
  return found <= jsonDepthMax;
}

function hasAtMost(buffer: Buffer, bytes: readonly number[], countMax: number): boolean {
  let found = 0;
  for (const byte of bytes) {
    for (let at = buffer.indexOf(byte); at !== -1; at = buffer.indexOf(byte, at + 1)) {
      found += 1;
      if (found > countMax) return false;
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
