import { readFile } from 'node:fs/promises';

export interface CallFrame {
  readonly functionName: string;
  readonly url: string;
}

export interface ProfileNode {
  readonly id: number;
  readonly callFrame: CallFrame;
  readonly children?: readonly number[];
}

/** A CPU profile as V8 writes it: a tree of calls, and where in it the program was, again and again. */
export interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

export async function readCpuProfile(file: string): Promise<CpuProfile> {
  return JSON.parse(await readFile(file, 'utf8')) as CpuProfile; // V8 wrote it.
}

/** Microseconds in each node itself, by its id. @param from the first sample that counts. */
export function selfTimesUs({ samples, timeDeltas }: CpuProfile, from = 0): Map<number, number> {
  const times = new Map<number, number>();
  for (let index = from; index < samples.length; index += 1) {
    const node = samples[index] ?? 0;
    times.set(node, (times.get(node) ?? 0) + Math.max(0, timeDeltas[index] ?? 0));
  }
  return times;
}
