import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { InferenceRequest } from '@cluster-ai/core/inference/request.ts';
import { seededRandom } from '@cluster-ai/core/ports/random.ts';
import { FakeClock } from '@cluster-ai/testkit/fake-clock.ts';
import { FakeExecutor } from '@cluster-ai/testkit/fake-executor.ts';
import { snapshotModel } from '@cluster-ai/testkit/snapshot-models.ts';
import { expect, test } from 'vitest';
import { TickBatcher } from '../batching/tick-batcher.ts';
import { VariantStats } from '../telemetry/variant-stats.ts';
import { RouteTable, type ActiveRoute, type ServingVariant } from './route-table.ts';
import { withStandIns } from './stand-in.ts';

function variant(version: number, weight: number): ServingVariant {
  const model = snapshotModel('iris', version);
  const executor = new FakeExecutor({ model, rowsMax: 1 });
  const batcher = new TickBatcher(executor, { clock: new FakeClock(), queueLengthMax: 1, enabled: true });
  return { id: model.id, weight, model, executor, batcher, stats: new VariantStats('flowers', model.id) };
}

function tableOf(serving: readonly ServingVariant[], wantedVersions: readonly number[] = []): RouteTable {
  const table = new RouteTable(seededRandom(7));
  const wanted = [
    ...serving.map(({ model }) => model),
    ...wantedVersions.map((version) => snapshotModel('iris', version)),
  ];
  const route: ActiveRoute = { name: 'flowers', stickyHeader: 'x-user', serving, wanted };
  table.replace([route]);
  return table;
}

function request(modelVersion: string | null = null, modelName = 'flowers'): InferenceRequest {
  return { modelName, modelVersion, id: null, inputs: [], outputNames: [], parameters: {} };
}

/** Ids that 10,000 requests meet, as shares. */
function sharesOf(table: RouteTable, headerOf: (index: number) => string | null): Record<string, number> {
  const counts: Record<string, number> = {};
  for (let index = 0; index < 10_000; index += 1) {
    const { id } = table.choose(request(), () => headerOf(index));
    counts[id] = (counts[id] ?? 0) + 1 / 10_000;
  }
  return counts;
}

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return error instanceof ClusterError ? `${error.code}: ${error.message}` : String(error);
  }
  return 'nothing was thrown';
}

test('requests are drawn by weight, and units are placed by weight', () => {
  const table = tableOf([variant(1, 3), variant(2, 1), variant(3, 0)]);
  for (const headerOf of [() => null, (index: number) => `user-${index}`]) {
    const shares = sharesOf(table, headerOf);
    expect(shares['iris@1']).toBeCloseTo(0.75, 1);
    expect(shares['iris@2']).toBeCloseTo(0.25, 1);
    expect(shares['iris@3']).toBeUndefined();
  }
});

test('the same unit meets the same version, and the header is the one that the route names', () => {
  const table = tableOf([variant(1, 1), variant(2, 1)]);
  const asked: string[] = [];
  const headerOf = (name: string): string => {
    asked.push(name);
    return 'ana';
  };
  const ids = new Set(Array.from({ length: 100 }, () => table.choose(request(), headerOf).id));
  expect(ids.size).toBe(1);
  expect(new Set(asked)).toEqual(new Set(['x-user']));
});

test('the requests of a sequence meet the same version; zero, or no text, is no sequence', () => {
  const table = tableOf([variant(1, 1), variant(2, 1)]);
  const idsOf = (sequence: string | number | bigint): number => {
    const asking = { ...request(), parameters: { sequence_id: sequence } };
    return new Set(Array.from({ length: 100 }, () => table.choose(asking, () => null).id)).size;
  };
  expect([idsOf(7), idsOf(2n ** 63n), idsOf('a'), idsOf('0')]).toEqual([1, 1, 1, 1]);
  expect([idsOf(0), idsOf(0n), idsOf('')]).toEqual([2, 2, 2]);
});

test.each(['2', '02', '000000002'])('a request that insists on version %s gets it, whatever its weight', (version) => {
  expect(tableOf([variant(1, 1), variant(2, 0)]).choose(request(version), () => null).id).toBe('iris@2');
});

test.each([
  [
    'a name that no route has',
    request(null, 'nothing'),
    "MODEL_NOT_FOUND: Request for unknown model: 'nothing' is not found",
  ],
  [
    'a version that the route does not have',
    request('9'),
    "MODEL_NOT_FOUND: Request for unknown model: 'flowers' version 9 is not found",
  ],
  [
    'a version that is no number',
    request('latest'),
    "MODEL_NOT_FOUND: Request for unknown model: 'flowers' version latest is not found",
  ],
  [
    'a version that is loading',
    request('3'),
    "MODEL_NOT_READY: Request for unknown model: 'flowers' version 3 has no available versions",
  ],
])('%s is an error in the words that clients look for', (_what, asked, expected) => {
  const table = tableOf([variant(1, 1)], [3]);
  expect(codeOf(() => table.choose(asked, () => null))).toContain(expected);
});

test('a route of which nothing is ready, or nothing has weight, asks the client to come back', () => {
  for (const serving of [[], [variant(1, 0)], [variant(1, 0), variant(2, 0)]]) {
    expect(() => tableOf(serving, [1]).choose(request(), () => null)).toThrow(
      expect.objectContaining({ code: 'MODEL_NOT_READY', retryAfterSeconds: 1 }),
    );
  }
});

test('stand-ins share what is missing as they shared before, and what is complete has none', () => {
  const [old1, old2, fresh] = [variant(1, 3), variant(2, 1), variant(3, 20)];
  const weights = (serving: readonly ServingVariant[]): Record<string, number> =>
    Object.fromEntries(serving.map(({ id, weight }) => [id, weight]));
  expect(weights(withStandIns([fresh], [old1, old2], 80))).toEqual({ 'iris@3': 20, 'iris@1': 60, 'iris@2': 20 });
  expect(weights(withStandIns([{ ...old1, weight: 5 }], [old1, old2], 4))).toEqual({ 'iris@1': 8, 'iris@2': 1 });
  expect(weights(withStandIns([fresh], [old1], 0))).toEqual({ 'iris@3': 20 });
  expect(weights(withStandIns([fresh], [{ ...old1, weight: 0 }], 5))).toEqual({ 'iris@3': 20 });
});
