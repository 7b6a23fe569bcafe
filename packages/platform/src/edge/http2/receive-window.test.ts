import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ReceiveWindow } from './receive-window.ts';

test('a client that sends what it may is never refused and never stuck, and one byte more is too much', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 10_000 }), fc.array(fc.nat({ max: 10_000 })), (bytesMax, wishes) => {
      const window = new ReceiveWindow(bytesMax);
      let allowed = bytesMax;
      for (const wish of wishes) {
        const bytes = Math.min(wish, allowed);
        expect(window.take(bytes)).toBe(true);
        allowed += window.giveBack(bytes) - bytes;
        expect(allowed).toBeLessThanOrEqual(bytesMax);
        // All was given back: less than half of it may be untold.
        expect(allowed).toBeGreaterThan(0);
        expect(allowed).toBeGreaterThanOrEqual(bytesMax / 2);
      }
      expect(window.take(allowed + 1)).toBe(false);
    }),
  );
});
