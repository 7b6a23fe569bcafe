/** How far back the rate looks, milliseconds: long enough to be steady, short enough to follow. */
const windowMs = 10_000;

export interface Pace {
  readonly bytesPerSecond: number;
  /** Null while nothing moves. */
  readonly remainingMs: number | null;
}

/** Measures how fast bytes go, over the last seconds. */
export function makePace(totalBytes: number): (sentBytes: number, nowMs: number) => Pace | null {
  let samples: readonly { readonly bytes: number; readonly atMs: number }[] = [];
  return (bytes, atMs) => {
    samples = [...samples, { bytes, atMs }].filter((sample) => atMs - sample.atMs <= windowMs);
    const [first] = samples;
    if (first === undefined || atMs === first.atMs) return null;
    const bytesPerSecond = (bytes - first.bytes) / ((atMs - first.atMs) / 1_000);
    return {
      bytesPerSecond,
      remainingMs: bytesPerSecond > 0 ? ((totalBytes - bytes) / bytesPerSecond) * 1_000 : null,
    };
  };
}

const pieceBytesMin = 256 * 1_024;
const pieceBytesMax = 8 * 1_024 * 1_024;
export const pieceBytesFirst = 1_024 * 1_024;

/** A piece should take about this long, milliseconds: progress is seen, and little is lost with a connection. */
const pieceTimeMs = 1_000;

/** How many bytes to send next, after a piece that took so long. */
export function nextPieceBytes(bytes: number, tookMs: number): number {
  const fitting = bytes * (pieceTimeMs / Math.max(1, tookMs));
  return Math.round(Math.max(pieceBytesMin, Math.min(pieceBytesMax, bytes * 2, fitting)));
}
