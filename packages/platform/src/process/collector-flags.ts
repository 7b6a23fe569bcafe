import { availableParallelism } from 'node:os';

/** On this many cores or fewer, a thread that helps to collect garbage takes a core from a program that answers. */
const coresFew = 2;

/** What each half of the young generation may grow to, MiB: it fits a core's caches better than V8's 16. */
const youngMiB = 8;

/**
 * Arguments of Node for a program that answers requests. V8 collects what is young, many times a second, with up to four
 * threads, and gains by it where cores are free. On one or two, they stand in the way of the gateway, the runner and
 * whoever calls: a thread that collects is left alone by Linux until its slice is over, which is 4 ms at 250 Hz. What is
 * old is collected rarely, and keeps its helpers: with one thread V8 let the heap grow by half before it had collected it.
 * @param cores that this machine, or the limit of this process, has.
 */
export function collectorFlags(cores = availableParallelism()): string[] {
  return cores <= coresFew ? ['--no-parallel-scavenge', `--max-semi-space-size=${youngMiB}`] : [];
}
