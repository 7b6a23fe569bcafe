import { latencyBoundMs, latencyBuckets } from '@cluster-ai/contract/telemetry.ts';

/**
 * The latency at or below which `share` of the requests lie, milliseconds: the geometric middle of its bucket, so at most
 * 12 % off either way between 64 µs and 134 s. Below and above there is one bucket each, shown as its known bound.
 * @param counts requests by bucket of the contract's grid.
 * @returns null when there were none.
 */
export function quantileMs(counts: readonly number[], share: number): number | null {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  let seen = 0;
  const bucket = counts.findIndex((count) => {
    seen += count;
    return count > 0 && seen >= share * total;
  });
  // Rounding of a share near 1 may leave the last one out.
  return middleMs(bucket === -1 ? counts.findLastIndex((count) => count > 0) : bucket);
}

function middleMs(bucket: number): number {
  if (bucket === 0) return latencyBoundMs(0);
  const lowerMs = latencyBoundMs(bucket - 1);
  return bucket >= latencyBuckets - 1 ? lowerMs : Math.sqrt(lowerMs * latencyBoundMs(bucket));
}
