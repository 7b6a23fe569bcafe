import { availableParallelism } from 'node:os';

/** On this many cores or fewer, a thread that helps to collect garbage takes a core from a program that answers. */
const coresFew = 2;

/**
 * Arguments of Node for a program that answers requests. V8 collects with up to four threads at a time, and gains by it
 * where cores are free. On one or two, they stand in the way of the gateway, the runner and whoever calls: a thread that
 * collects is left alone by Linux until its slice is over, which is 4 ms at 250 Hz.
 * @param cores that this machine, or the limit of this process, has.
 */
export function collectorFlags(cores = availableParallelism()): string[] {
  return cores <= coresFew ? ['--single-threaded-gc'] : [];
}
