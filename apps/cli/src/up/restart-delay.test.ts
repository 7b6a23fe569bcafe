import fc from 'fast-check';
import { expect, test } from 'vitest';
import { restartDelayMs } from './restart-delay.ts';

test('the wait doubles from a quarter of a second to ten seconds', () => {
  expect([1, 2, 3, 4, 5, 6, 7, 8].map(restartDelayMs)).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
});

test('the wait never shrinks and stays within its limits', () => {
  fc.assert(
    fc.property(fc.nat({ max: 1_000_000 }), (ends) => {
      expect(restartDelayMs(ends + 1)).toBeGreaterThanOrEqual(restartDelayMs(ends));
      expect(restartDelayMs(ends)).toBeLessThanOrEqual(10_000);
    }),
  );
});
