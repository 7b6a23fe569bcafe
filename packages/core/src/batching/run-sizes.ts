import { sizeBucket, sizeBuckets } from './batch-counts.ts';
import type { RunsOfSize } from './run-costs.ts';

/** How many runs there were of about each size, and how long they took: three additions a run. */
export class RunSizes {
  private readonly counts = new Float64Array(sizeBuckets);
  private readonly rows = new Float64Array(sizeBuckets);
  private readonly timesMs = new Float64Array(sizeBuckets);

  add(rows: number, durationMs: number): void {
    const bucket = sizeBucket(rows);
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1;
    this.rows[bucket] = (this.rows[bucket] ?? 0) + rows;
    this.timesMs[bucket] = (this.timesMs[bucket] ?? 0) + durationMs;
  }

  copy(): RunSizes {
    const copied = new RunSizes();
    copied.counts.set(this.counts);
    copied.rows.set(this.rows);
    copied.timesMs.set(this.timesMs);
    return copied;
  }

  /** What came since a copy was made, by size, ascending. */
  since(before: RunSizes): RunsOfSize[] {
    const runs: RunsOfSize[] = [];
    for (let bucket = 0; bucket < sizeBuckets; bucket += 1) {
      const more = (from: 'counts' | 'rows' | 'timesMs'): number =>
        (this[from][bucket] ?? 0) - (before[from][bucket] ?? 0);
      const count = more('counts');
      if (count > 0) runs.push({ rows: more('rows') / count, count, meanMs: more('timesMs') / count });
    }
    return runs;
  }
}
