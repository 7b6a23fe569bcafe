/** Which batch sizes a copy of a model was run with before it serves. */
export interface WarmUpReport {
  /** Rows of the batches that were run, ascending. */
  readonly warmedRows: readonly number[];
  /** Rows of those that were not, because there was no time left or the model refused them. */
  readonly coldRows: readonly number[];
}

/**
 * Batch sizes with which a model is run before it is ready: powers of two, the largest batch, and the sizes that its
 * configuration prefers. A size between two of them costs what the next larger one does, about.
 * @param rowsMax rows that may be merged; below 2 there is one size, which every model is run with anyway.
 */
export function warmUpSizes(rowsMax: number, preferred: readonly number[]): number[] {
  const sizes = new Set(preferred.filter((rows) => rows > 1 && rows <= rowsMax));
  for (let rows = 2; rows < rowsMax; rows *= 2) sizes.add(rows);
  if (rowsMax > 1) sizes.add(rowsMax);
  return [...sizes].toSorted((left, right) => left - right);
}

/** What `warmUpInTime` runs, and how it tells the time. */
export interface WarmUpRuns {
  readonly nowMs: () => number;
  /** Runs the model with so many rows; false when it refuses them. */
  readonly run: (rows: number) => Promise<boolean>;
}

/**
 * Runs a model with one batch size after another, as long as the next is likely to end in time: a run is expected to take
 * as long for each row as the one before. A run cannot be cut, so that the last of them may pass the limit.
 * @param sizes ascending. @param msMax for all of them together, milliseconds; 0 runs none.
 */
export async function warmUpInTime(
  sizes: readonly number[],
  msMax: number,
  { nowMs, run }: WarmUpRuns,
): Promise<WarmUpReport> {
  const warmedRows: number[] = [];
  const coldRows: number[] = [];
  const endsAtMs = nowMs() + msMax;
  let rowMs = 0;
  for (const rows of sizes) {
    const startedMs = nowMs();
    if (startedMs >= endsAtMs || startedMs + rows * rowMs > endsAtMs) {
      coldRows.push(rows);
      continue;
    }
    const isTaken = await run(rows);
    (isTaken ? warmedRows : coldRows).push(rows);
    rowMs = (nowMs() - startedMs) / rows;
  }
  return { warmedRows, coldRows };
}
