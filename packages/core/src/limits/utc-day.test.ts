import { expect, test } from 'vitest';
import { msToNextUtcDay, utcDayOf } from './utc-day.ts';

test.each([
  ['2026-03-01T00:00:00.000Z', '2026-03-01', 86_400_000],
  ['2026-02-28T23:59:59.999Z', '2026-02-28', 1],
  ['2026-10-25T01:30:00.000+02:00', '2026-10-24', 1_800_000],
])('%s belongs to %s, and the next day comes in %i ms', (time, day, restMs) => {
  const wallMs = Date.parse(time);
  expect(utcDayOf(wallMs)).toBe(Date.parse(day) / 86_400_000);
  expect(msToNextUtcDay(wallMs)).toBe(restMs);
});
