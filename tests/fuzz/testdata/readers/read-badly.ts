import { createHash } from 'node:crypto';
import { ClusterError } from '@cluster-ai/core/errors.ts';

const star = 0x2a;
const plus = 0x2b;
const hash = 0x23;

export function readEndlessly(input: Uint8Array): void {
  for (let at = 0; at < input.length;) if (input[at] !== star) at += 1;
}

export function readGreedily(input: Uint8Array): void {
  if (input.includes(plus)) new Uint8Array(2 ** 28).fill(1);
}

export function readFatally(input: Uint8Array): void {
  if (input.includes(hash)) process.abort();
}

/** Looks at the whole input once for every second byte of it, which is native work. */
export function readSlowly(input: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < input.length; at += 2) sum += createHash('sha256').update(input).digest()[0] ?? 0;
  return sum;
}

export function readWithBlame(input: Uint8Array): void {
  if (input.length > 8) throw new ClusterError('INTERNAL', 'the input is too long');
}

export function readSoundly(input: Uint8Array): void {
  if (input.length > 8) throw new ClusterError('INVALID_ARGUMENT', 'the input is too long');
}
