import { createHash } from 'node:crypto';
import { ClusterError } from '@cluster-ai/core/errors.ts';

const star = 0x2a;
const plus = 0x2b;
const hash = 0x23;
const chunk = new Uint8Array(65_536);

export function readEndlessly(input: Uint8Array): void {
  for (let at = 0; at < input.length;) if (input[at] !== star) at += 1;
}

export function readGreedily(input: Uint8Array): void {
  if (input.includes(plus)) new Uint8Array(2 ** 28).fill(1);
}

export function readFatally(input: Uint8Array): void {
  if (input.includes(hash)) process.abort();
}

/** Native work whose processor time grows with the square of the input, 2.5 seconds for 64 KiB on every machine. */
export function readSlowly(input: Uint8Array): void {
  const wantedMs = 2_500 * (input.length / 65_536) ** 2;
  const before = process.cpuUsage();
  while (process.cpuUsage(before).user / 1_000 < wantedMs) createHash('sha256').update(chunk).digest();
}

export function readWithBlame(input: Uint8Array): void {
  if (input.length > 8) throw new ClusterError('INTERNAL', 'the input is too long');
}

export function readSoundly(input: Uint8Array): void {
  if (input.length > 8) throw new ClusterError('INVALID_ARGUMENT', 'the input is too long');
}

/** Takes long only where comparisons are watched, as code does that compares all day long. */
export function readUnderWatch(input: Uint8Array): void {
  if ('__fuzzHit' in globalThis) readSlowly(new Uint8Array(65_536 - input.length));
}
