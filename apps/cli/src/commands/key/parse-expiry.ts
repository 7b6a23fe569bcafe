import { InvalidArgumentError } from 'commander';
import { durationMs, timeMs } from '../parse-time.ts';

/** A hundred years. */
const lifetimeMsMax = 36_525 * 86_400_000;

/**
 * Reads when something ends: `90d` from now (s, m, h, d, w), a date or a time (`2026-12-31`, `2026-12-31T12:00:00Z`), or
 * `never`.
 * @returns an ISO time in UTC, or null for never.
 * @throws InvalidArgumentError for anything else, and for a time that has passed.
 */
export function parseExpiry(text: string, nowMs = Date.now()): string | null {
  if (text === 'never') return null;
  const lifetimeMs = durationMs(text);
  const endMs = lifetimeMs === null ? timeMs(text) : nowMs + lifetimeMs;
  if (endMs === null) {
    throw new InvalidArgumentError(
      'It must be a time from now such as 90d or 12h, a date such as 2026-12-31, or never.',
    );
  }
  if (endMs <= nowMs) throw new InvalidArgumentError('This time has passed.');
  if (endMs - nowMs > lifetimeMsMax) throw new InvalidArgumentError('Write never for more than 100 years.');
  return new Date(endMs).toISOString();
}
