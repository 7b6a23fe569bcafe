import { verdictOf, type FuzzTarget } from './target.ts';

export interface Replayed {
  readonly error: Error | null;
  /** Processor time, milliseconds. */
  readonly milliseconds: number;
  /** By how much the most memory that the process has had rose, MiB. */
  readonly grownMib: number;
}

/** Runs one input as it is, without instruments. */
export async function replayInput(target: FuzzTarget, input: Uint8Array): Promise<Replayed> {
  const memoryKib = process.resourceUsage().maxRSS;
  const before = process.cpuUsage();
  const error = await verdictOf(target, input);
  const milliseconds = process.cpuUsage(before).user / 1_000;
  return { error, milliseconds, grownMib: (process.resourceUsage().maxRSS - memoryKib) / 1_024 };
}
