import { trafficCountersSchema } from '@cluster-ai/contract/telemetry.ts';
import { expect, test } from 'vitest';
import { TrafficCounterReports } from './traffic-counters.ts';
import { VariantStats } from './variant-stats.ts';

function variant(name: string): VariantStats {
  return new VariantStats(name, `${name}@1`);
}

function answer(stats: VariantStats, durationMs: number, code?: 'INVALID_ARGUMENT' | 'OVERLOADED'): void {
  stats.requests += 1;
  stats.total.observe(durationMs);
  if (code !== undefined) stats.countError(code);
}

test('counters are those since the start, with faults apart from what clients did wrong', () => {
  const iris = variant('iris');
  answer(iris, 1);
  answer(iris, 2, 'INVALID_ARGUMENT');
  answer(iris, 2, 'OVERLOADED');
  const counters = new TrafficCounterReports().next([iris], 42);
  expect(trafficCountersSchema.parse(counters)).toMatchObject({
    elapsedMs: 42,
    complete: true,
    variants: [{ route: 'iris', modelId: 'iris@1', errors: 2, faults: 1 }],
  });
  expect(counters.variants[0]?.latency.reduce((sum, count) => sum + count, 0)).toBe(3);
});

test('what has not changed since the last accepted report is left out, and a lost report is made up for', () => {
  const reports = new TrafficCounterReports();
  const [iris, mnist] = [variant('iris'), variant('mnist')];
  const told = (): string[] => reports.next([iris, mnist], 1).variants.map(({ route }) => route);
  answer(iris, 1);
  expect(told()).toEqual(['iris', 'mnist']);
  reports.acknowledged(false);
  expect(told()).toEqual([]);
  reports.acknowledged(false);
  answer(iris, 1);
  expect(told()).toEqual(['iris']);
  // This one got lost.
  answer(mnist, 1);
  expect(told()).toEqual(['iris', 'mnist']);
  reports.acknowledged(false);
  expect(reports.next([iris, mnist], 1)).toMatchObject({ complete: false, variants: [] });
});

test('everything is told again when the control plane asks for it', () => {
  const reports = new TrafficCounterReports();
  const iris = variant('iris');
  answer(iris, 1);
  reports.next([iris], 1);
  reports.acknowledged(false);
  reports.next([iris], 2);
  reports.acknowledged(true);
  expect(reports.next([iris], 3)).toMatchObject({ complete: true, variants: [{ route: 'iris' }] });
});

test('what happens while a report is on its way is in the next one', () => {
  const reports = new TrafficCounterReports();
  const iris = variant('iris');
  reports.next([iris], 1);
  answer(iris, 1);
  reports.acknowledged(false);
  expect(reports.next([iris], 2).variants).toHaveLength(1);
});
