import { ClusterError } from '@cluster-ai/core/errors.ts';
import { burnProcessor } from '../../burn-processor.ts';

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

/** Takes time that grows with the square of the input: 2.5 seconds of the processor for 64 KiB. */
export function readSlowly(input: Uint8Array): void {
  burnProcessor(2_500 * (input.length / 65_536) ** 2);
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
