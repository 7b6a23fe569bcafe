import fc from 'fast-check';
import { expect, test } from 'vitest';
import { localText } from './local-time.ts';

test('what is written is the minute that is meant', () => {
  // A clock that is set back shows an hour twice; the text cannot tell them apart.
  const minutes = fc.integer({ min: 0, max: 35_000_000 }).map((minute) => minute * 60_000);
  fc.assert(
    fc.property(minutes, (atMs) => {
      const read = Date.parse(localText(atMs));
      expect(Math.abs(read - atMs) % 3_600_000).toBe(0);
      expect(localText(read)).toBe(localText(atMs));
    }),
  );
});

test('the form has no seconds and no zone', () => {
  expect(localText(new Date(2026, 8, 1, 4, 5, 59).getTime())).toBe('2026-09-01T04:05');
});
