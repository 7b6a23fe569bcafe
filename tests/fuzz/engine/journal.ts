import { readFileSync } from 'node:fs';
import type { writeSync } from 'node:fs';

const lengthBytes = 4;
const countBytes = 4;
let buffer = new Uint8Array(8_192);
let count = 0;

/** Notes the input that is about to be run at the begin of a file: a process that ends suddenly leaves it there. */
export function writeJournal(write: typeof writeSync, file: number, input: Uint8Array): void {
  const head = countBytes + lengthBytes;
  if (head + input.length > buffer.length) buffer = new Uint8Array(2 * (head + input.length));
  count += 1;
  const view = new DataView(buffer.buffer);
  view.setUint32(0, count, true);
  view.setUint32(countBytes, input.length, true);
  buffer.set(input, head);
  write(file, buffer, 0, head + input.length, 0);
}

/** The input that was run last, and its number; null when none was. */
export function readJournal(path: string): { readonly count: number; readonly input: Uint8Array } | null {
  const bytes = new Uint8Array(readFileSync(path));
  const head = countBytes + lengthBytes;
  if (bytes.length < head) return null;
  const view = new DataView(bytes.buffer);
  return { count: view.getUint32(0, true), input: bytes.slice(head, head + view.getUint32(countBytes, true)) };
}
