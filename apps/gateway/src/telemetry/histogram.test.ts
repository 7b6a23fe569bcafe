import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cumulativeCounts, exposedOctaves, Histogram, quantileMs } from './histogram.ts';

/** Durations from a microsecond to a day, spread over the powers of ten as latencies are. */
const durationsMs = fc.array(
  fc.double({ min: -3, max: 7.9, noNaN: true }).map((exponent) => 10 ** exponent),
  { minLength: 1, maxLength: 200 },
);

function observed(durations: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const duration of durations) histogram.observe(duration);
  return histogram;
}

test('a quantile is never below the true one, and at most 12.5 % (or one microsecond) above it', () => {
  const shares = fc.double({ min: 0.01, max: 1, noNaN: true });
  fc.assert(
    fc.property(durationsMs, shares, (durations, share) => {
      const sorted = durations.toSorted((left, right) => left - right);
      const trueMs = sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
      // Longer ones are all in the last bucket.
      fc.pre(trueMs < 2 ** 30 / 1_000);
      const foundMs = quantileMs(observed(durations).counters(), share) ?? 0;
      expect(foundMs).toBeGreaterThanOrEqual(trueMs * (1 - 1e-12));
      expect(foundMs).toBeLessThanOrEqual(Math.max(trueMs * 1.125, trueMs + 0.001) * (1 + 1e-12));
    }),
  );
});

test('counts at the exposed bounds are exact, also for values on a bound', () => {
  const onBounds = fc.constantFrom(
    ...exposedOctaves.flatMap((octave) => [2 ** octave / 1_000, (2 ** octave + 1) / 1_000]),
  );
  fc.assert(
    fc.property(durationsMs, fc.array(onBounds), (spread, exact) => {
      const durations = [...spread, ...exact];
      const { below, total } = cumulativeCounts(observed(durations).counters());
      expect(total).toBe(durations.length);
      expect(below).toEqual(
        exposedOctaves.map((octave) => durations.filter((duration) => duration <= 2 ** octave / 1_000).length),
      );
    }),
  );
});

test('the sum is that of the observations', () => {
  expect(observed([1.5, 2.5, 1_000]).sumSeconds).toBeCloseTo(1.004, 12);
});

test.each([
  ['negative', -5],
  ['not a number', Number.NaN],
  ['zero', 0],
])('a duration that is %s counts as none', (_what, duration) => {
  const histogram = observed([duration]);
  expect(histogram.sumSeconds).toBe(0);
  expect(cumulativeCounts(histogram.counters())).toMatchObject({ total: 1, below: expect.arrayContaining([1]) });
  expect(quantileMs(histogram.counters(), 0.5)).toBe(0.001);
});

test.each([86_400_000, 1e300, Number.POSITIVE_INFINITY])(
  'a duration of %d ms is counted above every bound and leaves the sum usable',
  (duration) => {
    const histogram = observed([duration, 1]);
    const { below, total } = cumulativeCounts(histogram.counters());
    expect(below.at(-1)).toBe(1);
    expect(total).toBe(2);
    expect(histogram.sumSeconds).toBe(86_400.001);
  },
);

test('there is no quantile of nothing', () => {
  expect(quantileMs(new Histogram().counters(), 0.5)).toBeNull();
});

test('the difference of two states is what happened between them', () => {
  const histogram = observed([1, 1, 1]);
  const before = histogram.counters();
  for (let count = 0; count < 3; count += 1) histogram.observe(100);
  const during = histogram.counters().map((value, index) => value - (before[index] ?? 0));
  expect(quantileMs(during, 0.01)).toBeGreaterThanOrEqual(100);
  expect(cumulativeCounts(during).total).toBe(3);
});
