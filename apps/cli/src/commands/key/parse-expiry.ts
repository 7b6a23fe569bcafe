import { InvalidArgumentError } from 'commander';

const unitsMs = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;
/** A hundred years. */
const lifetimeMsMax = 36_600 * unitsMs.d;

/**
 * Reads when something ends: `90d` from now (m, h, d, w), a date or a time (`2026-12-31`, `2026-12-31T12:00:00Z`), or
 * `never`.
 * @returns an ISO time in UTC, or null for never.
 * @throws InvalidArgumentError for anything else, and for a time that has passed.
 */
export function parseExpiry(text: string, nowMs = Date.now()): string | null {
  if (text === 'never') return null;
  const endMs = durationMs(text, nowMs) ?? timeMs(text);
  if (endMs === null) {
    throw new InvalidArgumentError(
      'It must be a time from now such as 90d or 12h, a date such as 2026-12-31, or never.',
    );
  }
  if (endMs <= nowMs) throw new InvalidArgumentError('This time has passed.');
  if (endMs - nowMs > lifetimeMsMax) throw new InvalidArgumentError('Write never for more than 100 years.');
  return new Date(endMs).toISOString();
}

function durationMs(text: string, nowMs: number): number | null {
  const [, count, unit] = /^([1-9]\d{0,6})([mhdw])$/.exec(text) ?? [];
  if (count === undefined || unit === undefined) return null;
  // The pattern allows the keys of the table alone.
  return nowMs + Number(count) * unitsMs[unit as keyof typeof unitsMs];
}

/** A date is its beginning in UTC. */
function timeMs(text: string): number | null {
  if (!/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text)) return null;
  const time = Date.parse(text);
  return Number.isNaN(time) ? null : time;
}
