import { latencyBoundMs, latencyBuckets } from '@cluster-ai/contract/telemetry.ts';
import { histogramBuckets, upperBoundMs } from './histogram.ts';

/** The bucket of the contract's grid that takes a bucket of the histogram: its bounds are bounds of the histogram too. */
const coarseBucketOf: readonly number[] = Array.from({ length: histogramBuckets }, (_, index) => {
  let bucket = 0;
  while (bucket < latencyBuckets - 1 && latencyBoundMs(bucket) < upperBoundMs(index)) bucket += 1;
  return bucket;
});

/**
 * Counts of a histogram on the contract's grid, up to the last one that is not 0.
 * @param counts counters of a `Histogram`.
 */
export function latencyCounts(counts: Float64Array): number[] {
  const coarse: number[] = [];
  for (const [index, count] of counts.entries()) {
    if (count === 0) continue;
    const bucket = coarseBucketOf[index] ?? latencyBuckets - 1;
    while (coarse.length <= bucket) coarse.push(0);
    coarse[bucket] = (coarse[bucket] ?? 0) + count;
  }
  return coarse;
}
