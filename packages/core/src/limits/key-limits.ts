import { bucketAt, fullBucket, msToNextToken, type Bucket, type BucketSize } from './token-bucket.ts';

/** How much of a key may be used; null is no limit. */
export interface KeyLimits {
  readonly ratePerSecond: number | null;
  readonly burst: number | null;
  readonly dailyQuota: number | null;
}

/** What a key has used. */
export interface KeyState {
  /** Null before the first request. */
  readonly bucket: Bucket | null;
  /** Requests of the present UTC day. */
  readonly used: number;
}

export interface KeyDecision {
  /** Null: the request goes on, and `state` counts it. Otherwise nothing was taken. */
  readonly refusedBy: 'rate' | 'quota' | null;
  readonly state: KeyState;
}

export function hasLimits({ ratePerSecond, dailyQuota }: KeyLimits): boolean {
  return ratePerSecond !== null || dailyQuota !== null;
}

/** Null without a rate. A key without a burst of its own may send one second's worth at once, and at least one request. */
export function bucketSizeOf({ ratePerSecond, burst }: KeyLimits): BucketSize | null {
  if (ratePerSecond === null) return null;
  return { perSecond: ratePerSecond, burst: burst ?? Math.max(1, Math.floor(ratePerSecond)) };
}

/**
 * Decides about one request of a key. It needs a token and a place in the quota, and takes both or neither. A quota that
 * is used up is said first: waiting a second would not help.
 */
export function decideKey(limits: KeyLimits, state: KeyState, nowMs: number): KeyDecision {
  const size = bucketSizeOf(limits);
  const bucket = size === null ? null : bucketAt(state.bucket ?? fullBucket(size, nowMs), size, nowMs);
  const present = { bucket, used: state.used };
  if (limits.dailyQuota !== null && state.used >= limits.dailyQuota) return { refusedBy: 'quota', state: present };
  if (bucket === null) return { refusedBy: null, state: { bucket, used: state.used + 1 } };
  if (bucket.tokens < 1) return { refusedBy: 'rate', state: present };
  return { refusedBy: null, state: { bucket: { ...bucket, tokens: bucket.tokens - 1 }, used: state.used + 1 } };
}

/** Time until the rate lets the next request through. */
export function msToNextRequest(limits: KeyLimits, state: KeyState): number {
  const size = bucketSizeOf(limits);
  return size === null || state.bucket === null ? 0 : msToNextToken(state.bucket, size);
}
