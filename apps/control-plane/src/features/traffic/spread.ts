/** What happened in one stretch of time on one variant. */
export interface Counts {
  readonly errors: number;
  readonly faults: number;
  /** Requests by bucket of the contract's latency grid. */
  readonly latency: readonly number[];
}

/** A part of a stretch of time that lies in one bucket of the history. */
export interface Piece {
  /** Begin of the bucket, milliseconds since 1970. */
  readonly bucketMs: number;
  /** How much of the bucket the part covers. */
  readonly durationMs: number;
}

/** Cuts a stretch of time at the borders of buckets. */
export function piecesOf(fromMs: number, toMs: number, widthMs: number): Piece[] {
  const pieces: Piece[] = [];
  for (let startMs = fromMs; startMs < toMs;) {
    const bucketMs = Math.floor(startMs / widthMs) * widthMs;
    const endMs = Math.min(toMs, bucketMs + widthMs);
    pieces.push({ bucketMs, durationMs: endMs - startMs });
    startMs = endMs;
  }
  return pieces;
}

export function requestsOf(counts: Pick<Counts, 'latency'>): number {
  return counts.latency.reduce((sum, count) => sum + count, 0);
}

/** So that rounding favours no piece: multiples of it, modulo 1, are spread evenly. */
const goldenRatio = (Math.sqrt(5) - 1) / 2;

/**
 * Shares whole counts out among pieces of time, as evenly as whole numbers allow. Nothing is lost or added, and no piece
 * gets more errors than requests, or more faults than errors.
 */
export function spread(counts: Counts, durationsMs: readonly number[]): Counts[] {
  const ends = cumulativeShares(durationsMs);
  const latency = counts.latency.map((count, bucket) => shareOut(count, ends, (bucket * goldenRatio) % 1));
  const pieces = durationsMs.map((_, piece) => trimmed(latency.map((shares) => shares[piece] ?? 0)));
  const requests = pieces.map((piece) => requestsOf({ latency: piece }));
  const errors = withinRoom(shareOut(counts.errors, ends, 0.5), requests);
  const faults = withinRoom(shareOut(counts.faults, ends, 0.5), errors);
  return pieces.map((piece, index) => ({ errors: errors[index] ?? 0, faults: faults[index] ?? 0, latency: piece }));
}

/** The share of the whole that has passed at the end of each piece; exactly 1 at the last. */
function cumulativeShares(durationsMs: readonly number[]): number[] {
  const totalMs = durationsMs.reduce((sum, durationMs) => sum + durationMs, 0);
  let passedMs = 0;
  return durationsMs.map((durationMs, index) => {
    passedMs += durationMs;
    return index === durationsMs.length - 1 ? 1 : passedMs / totalMs;
  });
}

/** @param offset 0 to 1: where rounding turns up. */
function shareOut(count: number, ends: readonly number[], offset: number): number[] {
  let before = 0;
  return ends.map((end) => {
    const until = Math.floor(count * end + offset);
    const share = until - before;
    before = until;
    return share;
  });
}

/** Moves what exceeds the room of a piece to pieces that have room left. */
function withinRoom(shares: readonly number[], room: readonly number[]): number[] {
  const fitting = shares.map((share, index) => Math.min(share, room[index] ?? 0));
  let left = shares.reduce((sum, share) => sum + share, 0) - fitting.reduce((sum, share) => sum + share, 0);
  return fitting.map((share, index) => {
    const more = Math.min(left, (room[index] ?? 0) - share);
    left -= more;
    return share + more;
  });
}

/** Without the zeros at the end. */
export function trimmed(counts: readonly number[]): number[] {
  return counts.slice(0, counts.findLastIndex((count) => count > 0) + 1);
}
