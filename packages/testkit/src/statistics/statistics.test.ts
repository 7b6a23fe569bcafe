import { expect, test } from 'vitest';
import { binomialBound } from './binomial.ts';
import { chiSquare, chiSquareBound } from './chi-square.ts';

test('binomial bounds against values worked out by hand and by the normal law', () => {
  // Ten fair coins: none, and all, have 1/1024 each; one has 10/1024.
  expect(binomialBound(10, 0.5, 2 / 1_024)).toEqual({ min: 1, max: 9 });
  expect(binomialBound(10, 0.5, 2 / 1_025)).toEqual({ min: 0, max: 10 });
  expect(binomialBound(10, 0.5, 24 / 1_024)).toEqual({ min: 2, max: 8 });
  // 20,000 draws of 0.1: mean 2,000, deviation 42.43, and 6.1 deviations for 10^-9 on two sides.
  const { min, max } = binomialBound(20_000, 0.1, 1e-9);
  expect(min).toBeGreaterThan(2_000 - 6.2 * 42.43);
  expect(min).toBeLessThan(2_000 - 5.8 * 42.43);
  expect(max).toBeGreaterThan(2_000 + 6 * 42.43);
  expect(max).toBeLessThan(2_000 + 6.5 * 42.43);
  expect(binomialBound(100, 0, 1e-9)).toEqual({ min: 0, max: 0 });
  expect(binomialBound(100, 1, 1e-9)).toEqual({ min: 100, max: 100 });
});

test('chi-square and its bound', () => {
  expect(chiSquare([10, 20], [15, 15])).toBeCloseTo(10 / 3, 12);
  // The distribution's upper 10^-9 points, from the closed form of its tail. The bound lies above them, never below.
  for (const [degreesOfFreedom, point] of [
    [10, 62.945],
    [15, 73.63],
    [255, 414.545],
  ] as const) {
    expect(chiSquareBound(degreesOfFreedom) / point).toBeGreaterThan(1);
    expect(chiSquareBound(degreesOfFreedom) / point).toBeLessThan(1.05);
  }
});
