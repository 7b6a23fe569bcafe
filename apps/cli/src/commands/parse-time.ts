const unitsMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/** Reads `90d`, `12h`, `30m`, `20s`, `2w`. @returns milliseconds, or null for something else. */
export function durationMs(text: string): number | null {
  const [, count, unit] = /^([1-9]\d{0,6})([smhdw])$/.exec(text) ?? [];
  if (count === undefined || unit === undefined) return null;
  // The pattern allows the keys of the table alone.
  return Number(count) * unitsMs[unit as keyof typeof unitsMs];
}

/**
 * Reads `2026-12-31`, which is its beginning in UTC, or `2026-12-31T12:00:00Z`.
 * @returns milliseconds since 1970, or null for something else.
 */
export function timeMs(text: string): number | null {
  if (!/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text)) return null;
  const time = Date.parse(text);
  return Number.isNaN(time) ? null : time;
}
