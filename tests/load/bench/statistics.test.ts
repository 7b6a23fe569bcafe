import { expect, test } from 'vitest';
import { atEqualP99, median, percentile, rounded, throughputWithin, type LoadPoint } from './statistics.ts';

function point(clients: number, requestsPerSecond: number, p99Ms: number): LoadPoint {
  return { clients, requestsPerSecond, p99Ms };
}

test('medians of odd, even and no values, in whatever order they come', () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([])).toBe(0);
});

test('a percentile is a value that was measured, by the nearest rank', () => {
  const hundred = Array.from({ length: 100 }, (_value, index) => index + 1);
  expect(percentile(hundred, 0.5)).toBe(50);
  expect(percentile(hundred, 0.99)).toBe(99);
  expect(percentile(hundred, 1)).toBe(100);
  expect(percentile([7], 0.01)).toBe(7);
  expect(percentile([], 0.5)).toBe(0);
});

test('figures have three digits', () => {
  expect([rounded(12_345), rounded(0.012_345), rounded(3)]).toEqual([12_300, 0.0123, 3]);
});

test('throughput within a p99 is read off the line between the points around it', () => {
  const points = [point(1, 100, 1), point(32, 1_000, 5), point(128, 1_200, 25)];
  expect(throughputWithin(points, 0.5)).toBe(0);
  expect(throughputWithin(points, 1)).toBe(100);
  expect(throughputWithin(points, 3)).toBe(550);
  expect(throughputWithin(points, 5)).toBe(1_000);
  expect(throughputWithin(points, 15)).toBe(1_100);
  expect(throughputWithin(points, 100)).toBe(1_200);
});

test('a server that is slower with more clients counts at its best', () => {
  expect(throughputWithin([point(1, 100, 1), point(8, 900, 2), point(64, 300, 3)], 10)).toBe(900);
  // The line to the point beyond the limit falls: the point itself is the most.
  expect(throughputWithin([point(8, 900, 2), point(64, 300, 30)], 10)).toBe(900);
});

test('two servers are compared where the other one is at its best', () => {
  const theirs = [point(1, 50, 4), point(16, 200, 20), point(64, 180, 90)];
  const ours = [point(1, 100, 1), point(32, 2_000, 10), point(128, 3_000, 30)];
  expect(atEqualP99(ours, theirs)).toEqual({ limitMs: 20, oursPerSecond: 2_500, theirsPerSecond: 200, ratio: 12.5 });
});

test('a p99 that we keep nowhere is not asked of us, and the other is not held to ours for nothing', () => {
  const found = atEqualP99([point(1, 100, 8), point(32, 150, 20)], [point(1, 300, 2), point(16, 200, 12)]);
  expect(found).toEqual({ limitMs: 8, oursPerSecond: 100, theirsPerSecond: 300, ratio: 1 / 3 });
});
