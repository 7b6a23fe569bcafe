import type { SizeCount } from '@cluster-ai/core/batching/batch-counts.ts';

/** One bar of the histogram: `label` is `1`, or `5–6`. */
export interface SizeRow {
  readonly label: string;
  readonly batches: number;
}

/** The histogram with the steps in between that hold no batch, so that gaps are seen as gaps. */
export function sizeRows(sizes: readonly SizeCount[]): SizeRow[] {
  const largest = sizes.at(-1)?.rowsMax ?? 0;
  const rows: SizeRow[] = [];
  let below = 0;
  for (const rowsMax of steps(largest)) {
    const batches = sizes.find((size) => size.rowsMax === rowsMax)?.batches ?? 0;
    // What is under the smallest batch says nothing.
    if (rows.length > 0 || batches > 0) {
      rows.push({ label: rowsMax === below + 1 ? String(rowsMax) : `${below + 1}–${rowsMax}`, batches });
    }
    below = rowsMax;
  }
  return rows;
}

/** 1, 2, 3, 4, 6, 8, 12, 16 and so on: two in each power of two, as gateways count. */
function steps(largest: number): number[] {
  const found: number[] = [];
  for (let power = 1; power <= largest; power *= 2) {
    found.push(power);
    if (power >= 2 && power * 1.5 <= largest) found.push(power * 1.5);
  }
  return found;
}
