import { memoryMibMax, timeMsMax } from './limits.ts';
import { verdictOf, type FuzzTarget } from './target.ts';

export interface Replayed {
  readonly error: Error | null;
  /** Processor time, milliseconds. */
  readonly milliseconds: number;
  /** By how much the most memory that the process has had rose, MiB. */
  readonly grownMib: number;
  /** All that is wrong with it, in sentences: what the fuzzer would report, by the same limits. */
  readonly failures: readonly string[];
}

/** Runs one input as it is, without instruments; once more when it was slow, since the first run compiles. */
export async function replayInput(target: FuzzTarget, input: Uint8Array): Promise<Replayed> {
  const memoryKib = process.resourceUsage().maxRSS;
  let { error, milliseconds } = await timed(target, input);
  if (milliseconds > timeMsMax) ({ error, milliseconds } = await timed(target, input));
  const grownMib = (process.resourceUsage().maxRSS - memoryKib) / 1_024;
  const failures: string[] = [];
  if (error !== null) failures.push(String(error.stack));
  if (milliseconds > timeMsMax) {
    failures.push(`time: took ${Math.round(milliseconds)} ms, and ${timeMsMax} is the limit`);
  }
  if (grownMib > memoryMibMax) {
    failures.push(`memory: took ${Math.round(grownMib)} MiB, and ${memoryMibMax} is the limit`);
  }
  return { error, milliseconds, grownMib, failures };
}

async function timed(target: FuzzTarget, input: Uint8Array): Promise<Pick<Replayed, 'error' | 'milliseconds'>> {
  const before = process.cpuUsage();
  const error = await verdictOf(target, input);
  return { error, milliseconds: process.cpuUsage(before).user / 1_000 };
}
