/** Widths of the buckets of the history, seconds, finest first. Each is a whole number of the one before it. */
export const widthsSeconds = [10, 60, 900] as const;

export type WidthSeconds = (typeof widthsSeconds)[number];

const hourMs = 3_600_000;

/**
 * How long buckets of a width are kept, milliseconds.
 * @param retentionDays of the setting: the widest buckets are kept that long, and no other longer.
 */
export function keptMs(width: WidthSeconds, retentionDays: number): number {
  const wholeMs = retentionDays * 24 * hourMs;
  if (width === 10) return Math.min(2 * hourMs, wholeMs);
  return width === 60 ? Math.min(48 * hourMs, wholeMs) : wholeMs;
}
