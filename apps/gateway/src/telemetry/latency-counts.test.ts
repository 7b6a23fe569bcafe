import { latencyBoundMs, latencyBuckets } from '@cluster-ai/contract/telemetry.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Histogram } from './histogram.ts';
import { latencyCounts } from './latency-counts.ts';

test("bounds of the contract's grid grow by at most a quarter, from 64 µs to 134 s", () => {
  const bounds = Array.from({ length: latencyBuckets }, (_, bucket) => latencyBoundMs(bucket));
  expect(bounds[0]).toBe(0.064);
  expect(bounds.at(-2)).toBe(2 ** 27 / 1_000);
  expect(bounds.at(-1)).toBe(Number.POSITIVE_INFINITY);
  for (const [index, bound] of bounds.slice(1, -1).entries()) {
    const ratio = bound / (bounds[index] ?? 0);
    expect(ratio).toBeGreaterThan(1);
    expect(ratio).toBeLessThanOrEqual(1.25);
  }
});

test('each duration is counted in the bucket of the grid that it belongs to, also one on a bound', () => {
  const anywhere = fc.double({ min: -3, max: 7, noNaN: true }).map((exponent) => 10 ** exponent);
  const onBounds = fc.integer({ min: 0, max: latencyBuckets - 2 }).map(latencyBoundMs);
  fc.assert(
    fc.property(fc.array(fc.oneof(anywhere, onBounds), { minLength: 1, maxLength: 100 }), (durations) => {
      const histogram = new Histogram();
      const expected: number[] = [];
      for (const duration of durations) {
        histogram.observe(duration);
        let bucket = 0;
        // The histogram counts whole microseconds, rounded up.
        while (Math.ceil(duration * 1_000 - 1e-6) / 1_000 > latencyBoundMs(bucket)) bucket += 1;
        while (expected.length <= bucket) expected.push(0);
        expected[bucket] = (expected[bucket] ?? 0) + 1;
      }
      const counts = latencyCounts(histogram.counters());
      expect(counts).toEqual(expected);
      expect(counts.length).toBeLessThanOrEqual(latencyBuckets);
    }),
  );
});

test('nothing observed is nothing to send', () => {
  expect(latencyCounts(new Histogram().counters())).toEqual([]);
});
