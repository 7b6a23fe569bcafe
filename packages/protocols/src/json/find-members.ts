import { backslash, colon, isBlank, quote } from './octets.ts';

/** Blanks around a colon that are passed; nobody writes many. */
const blanksMax = 64;

/** The index behind the string that begins at `start`; of one that is longer, behind so many bytes. */
export function stringEnd(text: Uint8Array, start: number, bytesMax = text.length): number {
  const last = Math.min(text.length, start + bytesMax);
  let at = start + 1;
  while (at < last && text[at] !== quote) at += text[at] === backslash ? 2 : 1;
  return at + 1;
}

/** Where the value begins of the member whose key ends there; -1 for what is no key. */
export function valueStart(text: Uint8Array, keyEnd: number): number {
  const at = skipBlanks(text, keyEnd);
  return text[at] === colon ? skipBlanks(text, at + 1) : -1;
}

function skipBlanks(text: Uint8Array, start: number): number {
  let at = start;
  while (at < start + blanksMax && isBlank(text[at])) at += 1;
  return at;
}
