/** Why a batch grew no further, in the order in which they are shown. */
export const closingReasons = [
  /** The next request did not fit any more, or none would. */
  'full',
  /** It had a preferred number of rows. */
  'preferred',
  /** Its oldest request had waited for as long as the configuration allows. */
  'delay',
  /** A place was free, and nobody else waited. */
  'idle',
  /** The deadline of one of its requests left no more time to wait. */
  'deadline',
  /** Those who still waited have other shapes, or want other outputs. */
  'shape',
  /** It took the place of older requests of a lower priority. */
  'priority',
  /** Its request cannot be merged with any other. */
  'alone',
] as const;

export type ClosingReason = (typeof closingReasons)[number];

const reasonIndex: Readonly<Record<ClosingReason, number>> = {
  full: 0,
  preferred: 1,
  delay: 2,
  idle: 3,
  deadline: 4,
  shape: 5,
  priority: 6,
  alone: 7,
};

/** Two steps in each power of two, to 2^17: more rows than a batch can have. */
export const sizeBuckets = 36;

/** Batches with at most `rowsMax` rows, and more than the bucket before. */
export interface SizeCount {
  readonly rowsMax: number;
  readonly batches: number;
}

/** What is known of all batches of one model version so far. Plain data, for pages and documents. */
export interface BatchCountsSnapshot {
  readonly batches: number;
  /** Requests in them; each run of one that ran twice counts. */
  readonly requests: number;
  readonly rows: number;
  readonly closed: Readonly<Record<ClosingReason, number>>;
  /** Those that occurred, ascending. */
  readonly sizes: readonly SizeCount[];
}

/** Counts batches as they are handed over: a few additions to arrays that are there. */
export class BatchCounts {
  private readonly reasons = new Float64Array(closingReasons.length);
  private readonly sizes = new Float64Array(sizeBuckets);
  private requests = 0;
  private rows = 0;

  add(reason: ClosingReason, rows: number, requests: number): void {
    const index = reasonIndex[reason];
    this.reasons[index] = (this.reasons[index] ?? 0) + 1;
    const bucket = sizeBucket(rows);
    this.sizes[bucket] = (this.sizes[bucket] ?? 0) + 1;
    this.requests += requests;
    this.rows += rows;
  }

  snapshot(): BatchCountsSnapshot {
    const { reasons } = this;
    const count = (reason: ClosingReason): number => reasons[reasonIndex[reason]] ?? 0;
    const closed: Record<ClosingReason, number> = {
      full: count('full'),
      preferred: count('preferred'),
      delay: count('delay'),
      idle: count('idle'),
      deadline: count('deadline'),
      shape: count('shape'),
      priority: count('priority'),
      alone: count('alone'),
    };
    return {
      batches: reasons.reduce((sum, number) => sum + number, 0),
      requests: this.requests,
      rows: this.rows,
      closed,
      sizes: Array.from(this.sizes, (batches, bucket) => ({ rowsMax: bucketRowsMax(bucket), batches })).filter(
        ({ batches }) => batches > 0,
      ),
    };
  }
}

/** 1, 2, 3, 4, 6, 8, 12, 16, 24, 32 and so on are the last of their buckets; no rows at all count as one. */
export function sizeBucket(rows: number): number {
  const above = Math.max(0, rows - 1);
  if (above < 2) return above;
  const octave = 31 - Math.clz32(above);
  return Math.min(sizeBuckets - 1, octave * 2 + ((above >>> (octave - 1)) & 1));
}

function bucketRowsMax(bucket: number): number {
  if (bucket < 2) return bucket + 1;
  const octave = bucket >>> 1;
  return (3 + (bucket & 1)) * 2 ** (octave - 1);
}
