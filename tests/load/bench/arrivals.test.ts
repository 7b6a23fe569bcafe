import { expect, test } from 'vitest';
import { seededRandom } from '@cluster-ai/core/ports/random.ts';
import { arrivalsMs } from './arrivals.ts';

test('arrivals keep their rate, come in order, and bunch as independent clients do', () => {
  const due = arrivalsMs(5_000, 4, seededRandom(7));
  expect(due.length).toBeGreaterThan(19_500);
  expect(due.length).toBeLessThan(20_500);
  expect(due.every((atMs, index) => index === 0 || atMs >= (due[index - 1] ?? 0))).toBe(true);
  expect(due.at(-1)).toBeLessThan(4_000);
  const gaps = Array.from(due, (atMs, index) => atMs - (due[index - 1] ?? 0));
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
  // Of an exponential distribution the deviation is the mean.
  expect(Math.sqrt(variance) / mean).toBeCloseTo(1, 1);
});
