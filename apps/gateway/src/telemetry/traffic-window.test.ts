import { expect, test } from 'vitest';
import { TrafficWindow } from './traffic-window.ts';
import { VariantStats } from './variant-stats.ts';

function serve(stats: VariantStats, requests: number, durationMs: number): void {
  for (let count = 0; count < requests; count += 1) {
    stats.requests += 1;
    stats.total.observe(durationMs);
  }
}

test('rates and quantiles are those since the report before', () => {
  const iris = new VariantStats('iris', 'iris@1');
  const window = new TrafficWindow(0);
  serve(iris, 100, 5);
  expect(window.measure([iris], 2_000).traffic).toEqual([
    {
      route: 'iris',
      modelId: 'iris@1',
      requestsTotal: 100,
      errorsTotal: 0,
      requestsPerSecond: 50,
      errorsPerSecond: 0,
      p50Ms: expect.closeTo(5, 0),
      p99Ms: expect.closeTo(5, 0),
    },
  ]);
  serve(iris, 10, 80);
  iris.countError('INTERNAL');
  const second = window.measure([iris], 4_000);
  expect(second.windowSeconds).toBe(2);
  expect(second.traffic[0]).toMatchObject({
    requestsTotal: 110,
    errorsTotal: 1,
    requestsPerSecond: 5,
    errorsPerSecond: 0.5,
  });
  expect(second.traffic[0]?.p50Ms).toBeGreaterThanOrEqual(80);
});

test('silence has a rate of 0 and no quantiles', () => {
  const iris = new VariantStats('iris', 'iris@1');
  const window = new TrafficWindow(0);
  serve(iris, 100, 5);
  window.measure([iris], 2_000);
  expect(window.measure([iris], 4_000).traffic[0]).toMatchObject({ requestsPerSecond: 0, p50Ms: null, p99Ms: null });
});

test('a report that follows another at once keeps the longer window', () => {
  const iris = new VariantStats('iris', 'iris@1');
  const window = new TrafficWindow(0);
  serve(iris, 100, 5);
  window.measure([iris], 2_000);
  serve(iris, 1, 5);
  const early = window.measure([iris], 2_050);
  expect(early.windowSeconds).toBeCloseTo(2.05, 9);
  expect(early.traffic[0]?.requestsPerSecond).toBeCloseTo(101 / 2.05, 6);
  serve(iris, 99, 5);
  expect(window.measure([iris], 4_000).traffic[0]?.requestsPerSecond).toBe(50);
});

test('the total has what reached no variant, and quantiles over all', () => {
  const iris = new VariantStats('iris', 'iris@1');
  const mnist = new VariantStats('mnist', 'mnist@1');
  const unrouted = new VariantStats('', '');
  serve(iris, 90, 1);
  serve(mnist, 8, 50);
  serve(unrouted, 2, 1);
  const { total, traffic } = new TrafficWindow(0).measure([iris, mnist, unrouted], 1_000);
  expect(traffic.map(({ route }) => route)).toEqual(['iris', 'mnist']);
  expect(total).toMatchObject({ requestsTotal: 100, requestsPerSecond: 100 });
  expect(total.p50Ms).toBeLessThan(1.2);
  expect(total.p99Ms).toBeGreaterThanOrEqual(50);
});

test('a variant that appears later starts from nothing', () => {
  const window = new TrafficWindow(0);
  window.measure([], 2_000);
  const iris = new VariantStats('iris', 'iris@2');
  serve(iris, 10, 1);
  expect(window.measure([iris], 4_000).traffic[0]?.requestsPerSecond).toBe(5);
});
