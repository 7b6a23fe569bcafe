import { seededRandom } from '@cluster-ai/core/ports/random.ts';
import { expect, test } from 'vitest';
import { judgeGrowth, type Series } from './growth.ts';

const random = seededRandom(7);

/** A minute apart each, around 200 MiB, with a tenth of noise and a high point now and then. */
function memory(valueAt: (minute: number) => number): Series {
  const points = Array.from({ length: 60 }, (_none, minute) => ({
    atMs: minute * 60_000,
    value: valueAt(minute) + random() * 20 + (minute % 13 === 0 ? 60 : 0),
  }));
  return { name: 'gateway memory', unit: 'MiB', points };
}

const allowance = { share: 0.1, floor: 8 };

test('noise and high points are no growth, nor is a warm-up', () => {
  const warmingUp = memory((minute) => 120 + Math.min(80, minute * 8));
  expect(judgeGrowth(warmingUp, allowance)).toMatchObject({ isTooMuch: false });
  expect(
    Math.abs(
      judgeGrowth(
        memory(() => 200),
        allowance,
      ).gained,
    ),
  ).toBeLessThan(10);
});

test('a leak of one MiB a minute is found, with what it gained', () => {
  const leak = judgeGrowth(
    memory((minute) => 200 + minute),
    allowance,
  );
  expect(leak.isTooMuch).toBe(true);
  expect(leak.gained).toBeGreaterThan(35);
  expect(leak.gained).toBeLessThan(55);
});

test('memory that is given back is no growth', () => {
  expect(
    judgeGrowth(
      memory((minute) => 300 - minute),
      allowance,
    ),
  ).toMatchObject({ isTooMuch: false });
});

test('too few points are not judged', () => {
  const points = [0, 1, 2].map((minute) => ({ atMs: minute, value: 1 }));
  expect(() => judgeGrowth({ name: 'few', unit: '', points }, allowance)).toThrow(
    "'few' has 2 points after the warm-up",
  );
});
