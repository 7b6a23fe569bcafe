import { ClusterError } from '@cluster-ai/core/errors.ts';

/** Something that reads bytes from outside, and what must hold whatever it is given. */
export interface FuzzTarget {
  /** What reads, where the bytes come from, and what is asserted: a line. */
  readonly about: string;
  /** The structure that mutators may keep to, besides changing bytes. */
  readonly form: 'bytes' | 'json' | 'protobuf';
  /** Inputs to begin with. */
  readonly seeds: () => readonly (Uint8Array | string)[];
  /** Words of the input's language that do not stand in the sources. */
  readonly words?: readonly string[];
  /** Bytes of an input at most; 4096 where it is not said. Now and then one is stretched to 64 KiB. */
  readonly bytesMax?: number;
  /** New inputs in each second of its time that it must have run at least to count as passed; 100 where it is not said. */
  readonly perSecondMin?: number;
  /** Share of the time, compared with the others; 1 where it is not said. */
  readonly weight?: number;
  /**
   * Reads the input. An error of the closed table is an answer; whatever else is thrown is found. `INTERNAL` says that the
   * server is at fault, so that it is found as well, unless `mayFailInternally` says that the other end is one of ours.
   */
  readonly run: (input: Uint8Array) => void | Promise<void>;
  readonly mayFailInternally?: true;
}

/** What came of one input: null when all is well. */
export async function verdictOf(target: FuzzTarget, input: Uint8Array): Promise<Error | null> {
  try {
    const running = target.run(input);
    if (running !== undefined) await running;
    return null;
  } catch (thrown) {
    if (!(thrown instanceof Error)) return new Error(`something else than an error was thrown: ${String(thrown)}`);
    if (!(thrown instanceof ClusterError)) return thrown;
    return thrown.code === 'INTERNAL' && target.mayFailInternally !== true ? thrown : null;
  }
}

/** The name under which the same failure is met again: what was thrown and where, in our own sources. */
export function nameOfFailure(error: Error): string {
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  const own =
    frames.find((line) => /\/(?:apps|packages|web-dashboard)\//.test(line) && !line.includes('node_modules')) ??
    frames[0] ??
    '';
  const place = /([^/(]+\.ts):(\d+)/.exec(own);
  return `${error.name} at ${place === null ? 'a place unknown' : `${place[1]}:${place[2]}`}`;
}
