/** Runs of about one size: their mean rows, how many there were, and how long one took on average. */
export interface RunsOfSize {
  readonly rows: number;
  readonly count: number;
  readonly meanMs: number;
}

/** What a sum counts for after each further one: about the last ten count. */
const kept = 0.9;

/** Sizes whose runs have become so few do not count any more. */
const countLeast = 0.5;

interface SizeMemory {
  rows: number;
  count: number;
  totalMs: number;
}

/**
 * Learns how long a run of so many rows takes: a fixed part, and one for each row, as a line through the means of the
 * sizes that were seen, by least squares. What was measured long ago fades.
 */
export class RunCosts {
  private readonly sizes = new Map<number, SizeMemory>();
  private fixedMs = 0;
  private perRowMs = 0;

  /** Whether there are sizes enough to tell the fixed part from that of a row. */
  get knowsSlope(): boolean {
    return this.sizes.size > 1;
  }

  /** Takes in what has run since the last call. */
  learn(runs: readonly RunsOfSize[]): void {
    if (runs.every(({ count }) => count === 0)) return;
    for (const [key, memory] of this.sizes) {
      memory.count *= kept;
      memory.totalMs *= kept;
      if (memory.count < countLeast) this.sizes.delete(key);
    }
    for (const { rows, count, meanMs } of runs) {
      if (count === 0) continue;
      const key = Math.round(2 * Math.log2(Math.max(1, rows)));
      const memory = this.sizes.get(key) ?? { rows, count: 0, totalMs: 0 };
      memory.rows = (memory.rows * memory.count + rows * count) / (memory.count + count);
      memory.count += count;
      memory.totalMs += count * meanMs;
      this.sizes.set(key, memory);
    }
    this.fit();
  }

  /**
   * How long a run takes, milliseconds. With one size known only, larger runs count as longer in proportion, which is the
   * most that they can be, and smaller ones as no shorter. 0 before anything was learnt.
   */
  runMs(rows: number): number {
    const [only] = this.sizes.values();
    if (only === undefined) return 0;
    if (!this.knowsSlope) return (only.totalMs / only.count) * Math.max(1, rows / only.rows);
    return this.fixedMs + this.perRowMs * rows;
  }

  /** How many times as many rows a model gets through in runs of `to` rows as in runs of `from`. */
  gain(from: number, to: number): number {
    const before = this.runMs(from) / from;
    const after = this.runMs(to) / to;
    return after > 0 ? before / after : 1;
  }

  /** Weighted least squares; neither part is below zero. */
  private fit(): void {
    let weight = 0;
    let rows = 0;
    let times = 0;
    for (const memory of this.sizes.values()) {
      // A size with few runs counts too: otherwise one that is rare could never bend the line.
      const own = Math.sqrt(memory.count);
      weight += own;
      rows += own * memory.rows;
      times += (own * memory.totalMs) / memory.count;
    }
    const meanRows = rows / weight;
    const meanMs = times / weight;
    let both = 0;
    let square = 0;
    for (const memory of this.sizes.values()) {
      const own = Math.sqrt(memory.count);
      both += own * (memory.rows - meanRows) * (memory.totalMs / memory.count - meanMs);
      square += own * (memory.rows - meanRows) ** 2;
    }
    this.perRowMs = square > 0 ? Math.min(Math.max(0, both / square), meanMs / meanRows) : 0;
    this.fixedMs = meanMs - this.perRowMs * meanRows;
  }
}
