import { expect, test } from 'vitest';
import { FloodGuard } from './flood-guard.ts';

test('a burst may come at once, then so many a second, and work earns more', () => {
  let nowMs = 0;
  const guard = new FloodGuard(100, () => nowMs);
  const spendAll = (): number => {
    for (let spent = 0; ; spent += 1) {
      try {
        guard.spend();
      } catch {
        return spent;
      }
    }
  };
  expect(spendAll()).toBe(1_100);
  expect(spendAll()).toBe(0);
  nowMs += 2_000;
  expect(spendAll()).toBe(200);
  for (let answer = 0; answer < 50; answer += 1) guard.earn(2);
  expect(spendAll()).toBeGreaterThanOrEqual(90);
  nowMs += 3_600_000;
  expect(spendAll()).toBe(1_100);
});
