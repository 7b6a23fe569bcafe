import { latencyBoundMs, latencyBuckets } from '@cluster-ai/contract/telemetry.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { quantileMs } from './quantile.ts';

function countsOf(latenciesMs: readonly number[]): number[] {
  const counts: number[] = Array.from({ length: latencyBuckets }, () => 0);
  for (const latencyMs of latenciesMs) {
    let bucket = 0;
    while (latencyMs > latencyBoundMs(bucket)) bucket += 1;
    counts[bucket] = (counts[bucket] ?? 0) + 1;
  }
  return counts;
}

test('a quantile is within 12 % of the exact one, from 64 µs to 134 s', () => {
  const latencies = fc.array(
    fc.double({ min: Math.log10(0.0641), max: Math.log10(134_000), noNaN: true }).map((exponent) => 10 ** exponent),
    { minLength: 1, maxLength: 300 },
  );
  fc.assert(
    fc.property(latencies, fc.constantFrom(0.5, 0.95, 0.99), (latenciesMs, share) => {
      const sorted = latenciesMs.toSorted((a, b) => a - b);
      const exactMs = sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
      const ratio = (quantileMs(countsOf(latenciesMs), share) ?? 0) / exactMs;
      expect(ratio).toBeGreaterThan(1 / 1.12);
      expect(ratio).toBeLessThan(1.12);
    }),
  );
});

test('without requests there is no latency', () => {
  expect(quantileMs([], 0.5)).toBeNull();
  expect(quantileMs([0, 0], 0.5)).toBeNull();
});

test('the first and the last bucket are shown as their known bound', () => {
  expect(quantileMs(countsOf([0.001]), 0.5)).toBe(0.064);
  expect(quantileMs(countsOf([900_000]), 0.5)).toBe(2 ** 27 / 1_000);
});
