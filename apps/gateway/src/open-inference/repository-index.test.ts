import { FakeClock } from '@cluster-ai/testkit/fake-clock.ts';
import { FakeExecutor } from '@cluster-ai/testkit/fake-executor.ts';
import { snapshotModel } from '@cluster-ai/testkit/snapshot-models.ts';
import { expect, test } from 'vitest';
import { TickBatcher } from '../batching/tick-batcher.ts';
import type { ActiveRoute, ServingVariant } from '../routing/route-table.ts';
import { VariantStats } from '../telemetry/variant-stats.ts';
import { indexRepository } from './repository-index.ts';

const models = [1, 2, 10].map((version) => snapshotModel('iris', version));
const observed = { isolation: 'shared', instances: 0, batched: false, loadMs: null, warmUpMs: null } as const;

function variant(model: (typeof models)[number]): ServingVariant {
  const executor = new FakeExecutor({ model, rowsMax: 1 });
  const batcher = new TickBatcher(executor, { clock: new FakeClock(), queueLengthMax: 1, enabled: true });
  return { id: model.id, weight: 1, model, executor, batcher, stats: new VariantStats('iris', model.id) };
}

const route: ActiveRoute = {
  name: 'iris',
  stickyHeader: 'x-user',
  wanted: models,
  serving: models.slice(0, 1).map(variant),
};
const state = {
  routes: [route],
  observed: [
    { ...observed, id: 'iris@2', digest: '', state: 'FAILED' as const, reason: 'its file is broken' },
    { ...observed, id: 'boat@1', digest: '', state: 'UNLOADING' as const, reason: '' },
  ],
  unloaded: [
    { name: 'boat', versions: [1] },
    { name: 'aged', versions: [7] },
  ],
};

test('every version is listed with its state and the reason for it, by name and number', () => {
  expect(indexRepository(state, false, () => true)).toEqual([
    { name: 'aged', version: '7', state: 'UNAVAILABLE', reason: 'unloaded' },
    { name: 'boat', version: '1', state: 'UNLOADING', reason: '' },
    { name: 'iris', version: '1', state: 'READY', reason: '' },
    { name: 'iris', version: '2', state: 'UNAVAILABLE', reason: 'its file is broken' },
    { name: 'iris', version: '10', state: 'LOADING', reason: '' },
  ]);
});

test('only what is ready, for who asks for that', () => {
  expect(indexRepository(state, true, () => true).map(({ version }) => version)).toEqual(['1']);
});

test('only the names that are wanted', () => {
  const names = (wanted: string) => indexRepository(state, false, (name) => name === wanted).map(({ name }) => name);
  expect([names('boat'), names('iris')]).toEqual([['boat'], ['iris', 'iris', 'iris']]);
});
