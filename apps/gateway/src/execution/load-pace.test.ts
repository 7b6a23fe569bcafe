import { expect, test } from 'vitest';
import { LoadPace } from './load-pace.ts';

function setUp(cores: number) {
  const clock = { at: 1_000, nowMs: () => clock.at };
  return { clock, pace: new LoadPace(clock, cores) };
}

test('the first load does not wait, and the next one so long that loads take a thirty-second of the machine', () => {
  const { clock, pace } = setUp(2);
  expect(pace.pauseMs).toBe(0);
  pace.ended(300);
  expect(pace.pauseMs).toBe(4_500);
  // 300 ms of one core in 4,800 ms of two.
  expect(300 / (2 * (300 + pace.pauseMs))).toBe(1 / 32);
  clock.at += 4_400;
  expect(pace.pauseMs).toBe(100);
  clock.at += 100;
  expect(pace.pauseMs).toBe(0);
});

test.each([
  [1, 100, 3_100],
  [4, 100, 700],
  [8, 100, 300],
  [32, 100, 0],
  [64, 60_000, 0],
  [2, 60_000, 5_000],
])('on %i cores, after %i ms of loading, it is %i ms', (cores, tookMs, pauseMs) => {
  const { pace } = setUp(cores);
  pace.ended(tookMs);
  expect(pace.pauseMs).toBe(pauseMs);
});

test('a short load does not shorten the pause after a long one', () => {
  const { pace } = setUp(2);
  pace.ended(300);
  pace.ended(1);
  expect(pace.pauseMs).toBe(4_500);
});
