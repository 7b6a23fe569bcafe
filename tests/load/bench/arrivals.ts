import type { Random } from '@cluster-ai/core/ports/random.ts';

/**
 * When the requests of an open load are due, milliseconds from its begin: clients that know nothing of one another, so
 * the times between them are exponential (a Poisson process). The load does not wait for answers, so that a server that
 * stalls is asked on, and what it keeps waiting counts ("coordinated omission" is what a load that waits leaves out).
 */
export function arrivalsMs(ratePerSecond: number, seconds: number, random: Random): Float64Array {
  const due: number[] = [];
  let atMs = 0;
  while (atMs < seconds * 1_000) {
    atMs += (-Math.log(1 - random()) * 1_000) / ratePerSecond;
    if (atMs < seconds * 1_000) due.push(atMs);
  }
  return Float64Array.from(due);
}
