/** What of a waiting request decides which others it can be merged with. */
export interface Batchable {
  /** Requests with equal keys fit into one tensor: same names, datatypes and shapes but for dimension 0. */
  readonly batchKey: string;
  /** Rows along dimension 0. */
  readonly rows: number;
}

/**
 * Takes the next batch off the front of a queue: the oldest request, and the younger ones that fit with it, in
 * arrival order, never more than `rowsMax` rows. A single request larger than the limit still goes, alone: the model
 * was asked for exactly that.
 * @param queue oldest first; the chosen requests are removed from it.
 */
export function takeBatch<R extends Batchable>(queue: R[], rowsMax: number): R[] {
  const [oldest] = queue;
  if (oldest === undefined) return [];
  const batch = [oldest];
  let rows = oldest.rows;
  let kept = 0;
  let index = 1;
  // A full batch looks no further: a long queue must not be walked once for each of its batches.
  for (; index < queue.length && rows < rowsMax; index += 1) {
    const candidate = queue[index];
    if (candidate === undefined) continue;
    if (candidate.batchKey === oldest.batchKey && rows + candidate.rows <= rowsMax) {
      batch.push(candidate);
      rows += candidate.rows;
    } else {
      queue[kept] = candidate;
      kept += 1;
    }
  }
  queue.splice(kept, index - kept);
  return batch;
}
