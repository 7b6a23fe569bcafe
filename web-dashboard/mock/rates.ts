/** Requests a second of each version, on average. */
export const rates: Readonly<Record<string, number>> = {
  'iris@1': 840,
  'mnist@4': 378,
  'mnist@5': 42,
  'silero-vad@1': 31,
};

/** -1 to 1, one period in `periodMs`. */
export function wave(atMs: number, periodMs: number): number {
  return Math.sin((atMs / periodMs) * 2 * Math.PI);
}
