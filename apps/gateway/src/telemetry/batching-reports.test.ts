import { versionBatchingSchema } from '@cluster-ai/contract/batching.ts';
import { FakeClock } from '@cluster-ai/testkit/fake-clock.ts';
import { FakeExecutor } from '@cluster-ai/testkit/fake-executor.ts';
import { snapshotModel } from '@cluster-ai/testkit/snapshot-models.ts';
import { expect, test } from 'vitest';
import { TickBatcher } from '../batching/tick-batcher.ts';
import type { ActiveRoute, ServingVariant } from '../routing/route-table.ts';
import { BatchingReports } from './batching-reports.ts';
import { VariantStats } from './variant-stats.ts';

function variant(version: number): ServingVariant {
  const model = snapshotModel('iris', version);
  const executor = new FakeExecutor({ model, rowsMax: 8 });
  const batcher = new TickBatcher(executor, { clock: new FakeClock(), queueLengthMax: 1, enabled: true });
  return { id: model.id, weight: 1, model, executor, batcher, stats: new VariantStats('iris', model.id) };
}

const route = (name: string, serving: readonly ServingVariant[]): ActiveRoute => ({
  name,
  stickyHeader: 'x-user',
  serving,
  wanted: serving.map(({ model }) => model),
});

test('each version is told of once, the busiest first, in the form of the contract', () => {
  const [idle, busy] = [variant(1), variant(2)];
  busy.batcher.figures.handedOver('full', 8, 3);
  const reports = new BatchingReports(() => [route('a', [idle, busy]), route('b', [busy])]);
  const told = reports.next(0);
  expect(told?.map(({ version, batches, closed }) => [version, batches, closed.full])).toEqual([
    [2, 1, 1],
    [1, 0, 0],
  ]);
  expect(versionBatchingSchema.array().parse(JSON.parse(JSON.stringify(told)))).toEqual(told);
});

test('what is picked for an objective is told with its reasons', () => {
  const automatic = {
    objectiveMs: 20,
    standing: 'held' as const,
    p99Ms: 12.5,
    choice: { rowsMax: 8, delayMs: 0, instances: 1 },
    decisions: [{ what: 'rows' as const, chosen: '8 rows', because: 'it fits', atMs: 1_000 }],
  };
  const fixed = { rows: false, delay: true, instances: false };
  const picked = { ...variant(1), automatic: { report: () => ({ ...automatic, fixed }) } };
  const told = new BatchingReports(() => [route('a', [picked])]).next(0);
  expect(told?.[0]?.automatic).toEqual(automatic);
  expect(versionBatchingSchema.array().parse(told)[0]?.rules.origins).toEqual({
    rows: 'automatic',
    delay: 'gateway',
    rest: 'gateway',
  });
});

test('what the control plane knows is not told again until it changes, or half a minute has passed', () => {
  const only = variant(1);
  const reports = new BatchingReports(() => [route('a', [only])]);
  expect(reports.next(0)).toHaveLength(1);
  // The first report got lost.
  expect(reports.next(2_000)).toHaveLength(1);
  reports.acknowledged();
  expect(reports.next(4_000)).toBeUndefined();
  reports.acknowledged();
  only.batcher.figures.handedOver('idle', 1, 1);
  expect(reports.next(6_000)?.[0]?.batches).toBe(1);
  reports.acknowledged();
  expect(reports.next(8_000)).toBeUndefined();
  reports.acknowledged();
  expect(reports.next(36_001)).toHaveLength(1);
});
