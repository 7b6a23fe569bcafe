/** The middle of the values; of an even number of them the mean of the two in the middle, of none 0. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

/** The smallest value that is not below `share` of all of them (nearest rank); 0 of none. */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

/** Three digits are more than a shared machine can repeat. */
export function rounded(value: number): number {
  return Number(value.toPrecision(3));
}

/** What a server did at one number of clients. */
export interface LoadPoint {
  readonly clients: number;
  readonly requestsPerSecond: number;
  readonly p99Ms: number;
}

/**
 * The most requests a second that a server answers with its p99 within a limit: the best point that keeps it, or what
 * lies on the straight line from such a point to one that does not, where the line crosses the limit.
 * @returns 0 when the server keeps the limit at no number of clients.
 */
export function throughputWithin(points: readonly LoadPoint[], p99LimitMs: number): number {
  let best = 0;
  const byClients = points.toSorted((left, right) => left.clients - right.clients);
  byClients.forEach((point, index) => {
    if (point.p99Ms > p99LimitMs) return;
    best = Math.max(best, point.requestsPerSecond);
    const next = byClients[index + 1];
    if (next === undefined || next.p99Ms <= p99LimitMs) return;
    const share = (p99LimitMs - point.p99Ms) / (next.p99Ms - point.p99Ms);
    best = Math.max(best, point.requestsPerSecond + share * (next.requestsPerSecond - point.requestsPerSecond));
  });
  return best;
}

/** Two servers at a p99 that both keep. */
export interface EqualP99 {
  readonly limitMs: number;
  readonly oursPerSecond: number;
  readonly theirsPerSecond: number;
  readonly ratio: number;
}

/**
 * Compares two servers where the other one is at its best: the limit is the other's p99 at its highest throughput, or, if
 * we keep that nowhere, our own lowest.
 */
export function atEqualP99(ours: readonly LoadPoint[], theirs: readonly LoadPoint[]): EqualP99 {
  const theirBest = theirs.toSorted((left, right) => right.requestsPerSecond - left.requestsPerSecond)[0];
  const ourLowestMs = Math.min(...ours.map(({ p99Ms }) => p99Ms));
  const limitMs = Math.max(theirBest?.p99Ms ?? 0, ourLowestMs);
  const oursPerSecond = throughputWithin(ours, limitMs);
  const theirsPerSecond = throughputWithin(theirs, limitMs);
  return { limitMs, oursPerSecond, theirsPerSecond, ratio: oursPerSecond / theirsPerSecond };
}
