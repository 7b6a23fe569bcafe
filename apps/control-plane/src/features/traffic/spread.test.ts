import fc from 'fast-check';
import { expect, test } from 'vitest';
import { piecesOf, requestsOf, spread } from './spread.ts';

test('a stretch of time is cut at the borders of buckets, without a gap or an overlap', () => {
  expect(piecesOf(18_000, 41_000, 10_000)).toEqual([
    { bucketMs: 10_000, durationMs: 2_000 },
    { bucketMs: 20_000, durationMs: 10_000 },
    { bucketMs: 30_000, durationMs: 10_000 },
    { bucketMs: 40_000, durationMs: 1_000 },
  ]);
  expect(piecesOf(20_000, 30_000, 10_000)).toEqual([{ bucketMs: 20_000, durationMs: 10_000 }]);
  expect(piecesOf(20_000, 20_000, 10_000)).toEqual([]);
});

/** Counts as a gateway makes them: faults are errors, and errors are requests. */
const anyCounts = fc
  .array(fc.integer({ min: 0, max: 1_000 }), { maxLength: 86 })
  .chain((latency) =>
    fc
      .tuple(fc.integer({ min: 0, max: requestsOf({ latency }) }), fc.double({ min: 0, max: 1, noNaN: true }))
      .map(([errors, ratio]) => ({ latency, errors, faults: Math.floor(errors * ratio) })),
  );

test('shares are whole, add up exactly, and no piece has more faults than errors or more errors than requests', () => {
  const durations = fc.array(fc.integer({ min: 1, max: 10_000 }), { minLength: 1, maxLength: 91 });
  fc.assert(
    fc.property(anyCounts, durations, (counts, durationsMs) => {
      const shares = spread(counts, durationsMs);
      expect(shares).toHaveLength(durationsMs.length);
      for (const share of shares) {
        expect(share.latency.every((count) => Number.isInteger(count) && count >= 0)).toBe(true);
        expect(share.faults).toBeGreaterThanOrEqual(0);
        expect(share.errors).toBeGreaterThanOrEqual(share.faults);
        expect(requestsOf(share)).toBeGreaterThanOrEqual(share.errors);
      }
      const sum = (pick: (share: (typeof shares)[number]) => number): number =>
        shares.reduce((total, share) => total + pick(share), 0);
      expect(sum(({ errors }) => errors)).toBe(counts.errors);
      expect(sum(({ faults }) => faults)).toBe(counts.faults);
      for (const [bucket, count] of counts.latency.entries()) {
        expect(sum(({ latency }) => latency[bucket] ?? 0)).toBe(count);
      }
    }),
  );
});

test('shares follow the time: none is further from its part than one request a bucket', () => {
  fc.assert(
    fc.property(anyCounts, fc.integer({ min: 1, max: 9_999 }), (counts, firstMs) => {
      const [first] = spread(counts, [firstMs, 10_000 - firstMs]);
      for (const [bucket, count] of counts.latency.entries()) {
        expect(Math.abs((first?.latency[bucket] ?? 0) - (count * firstMs) / 10_000)).toBeLessThanOrEqual(1);
      }
    }),
  );
});
