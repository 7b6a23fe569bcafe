/** How fast a bucket fills, and how much it holds: what may come at once. */
export interface BucketSize {
  readonly perSecond: number;
  readonly burst: number;
}

/** Tokens in a bucket at one moment of some clock. */
export interface Bucket {
  readonly tokens: number;
  readonly atMs: number;
}

export function fullBucket(size: BucketSize, nowMs: number): Bucket {
  return { tokens: size.burst, atMs: nowMs };
}

/**
 * The same bucket now. A clock that has gone back adds nothing, and a bucket that has become smaller spills.
 */
export function bucketAt(bucket: Bucket, { perSecond, burst }: BucketSize, nowMs: number): Bucket {
  const filled = bucket.tokens + (Math.max(0, nowMs - bucket.atMs) * perSecond) / 1_000;
  return { tokens: Math.min(burst, filled), atMs: Math.max(bucket.atMs, nowMs) };
}

/** Time until a whole token is there; 0 when it is. */
export function msToNextToken(bucket: Bucket, { perSecond }: BucketSize): number {
  return Math.max(0, ((1 - bucket.tokens) / perSecond) * 1_000);
}
