/** Runs up to this time are short enough, whatever they gain: each request has costs outside its run, too. Milliseconds. */
const shortRunMs = 16;

/** Of the time of a row, at least, that a batch of twice the rows must save. */
const gainMin = 0.1;

/**
 * Finds the batch beyond which more rows bring nothing but longer waiting and more memory: where a row keeps the
 * processor busy by itself, as a picture in a convolution does, a batch takes as long as its rows one after the other.
 * @param rowsMax the largest, at least 2.
 * @param timeOf how long a run with so many rows takes, milliseconds.
 */
export async function rowsThatPay(rowsMax: number, timeOf: (rows: number) => Promise<number>): Promise<number> {
  let rows = 2;
  let lastMs = await timeOf(rows);
  while (rows < rowsMax) {
    const more = Math.min(rowsMax, rows * 2);
    const ms = await timeOf(more);
    if (ms > shortRunMs && ms / more > (1 - gainMin) * (lastMs / rows)) break;
    rows = more;
    lastMs = ms;
  }
  return rows;
}
