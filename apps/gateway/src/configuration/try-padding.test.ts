import type { PaddedDimension } from '@cluster-ai/core/model-configuration/model-configuration.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { InferenceRequest } from '@cluster-ai/core/inference/request.ts';
import { systemClock } from '@cluster-ai/core/ports/clock.ts';
import type { Tensor } from '@cluster-ai/core/tensors/tensor.ts';
import { FakeExecutor, type FakeRun } from '@cluster-ai/testkit/fake-executor.ts';
import { snapshotModel } from '@cluster-ai/testkit/snapshot-models.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TickBatcher } from '../batching/tick-batcher.ts';
import { tryPadding } from './try-padding.ts';

const fp32 = (name: string) => ({ name, datatype: 'FP32' as const, shape: [-1, -1] });
const options = { clock: systemClock, queueLengthMax: 10_000, enabled: true };
const dimension = (input: string): PaddedDimension => ({ input, dim: 0, sizes: [4, 8], value: 0 });

/** What a model makes of one row of each input. */
type Rule = (rows: readonly number[][]) => number[];

/** A model that works row by row; rows that it cannot take make it refuse the run. */
function model(inputs: readonly string[], rule: Rule): FakeExecutor {
  const signature = { inputs: inputs.map(fp32), outputs: [fp32('y')] };
  const executor = new FakeExecutor({ model: snapshotModel('rule', 1, { signature }), rowsMax: 64 });
  executor.answer = (run) => {
    const rows = inputs.map((name) => rowsOf(run, name));
    const answered = (rows[0] ?? []).map((_, row) => rule(rows.map((each) => each[row] ?? [])));
    const data = new Uint8Array(Float32Array.from(answered.flat()).buffer);
    run.succeed([{ name: 'y', datatype: 'FP32', shape: [answered.length, answered[0]?.length ?? 0], data }]);
  };
  return executor;
}

function rowsOf({ inputs }: FakeRun, name: string): number[][] {
  const input = inputs.find((each) => each.name === name);
  const [rows = 0, columns = 0] = input?.shape ?? [];
  const values = (input?.parts ?? []).flatMap((part) => Array.from(new Float32Array(part.slice().buffer)));
  return Array.from({ length: rows }, (_, row) => values.slice(row * columns, (row + 1) * columns));
}

const verdictOf = (executor: FakeExecutor, padded: readonly string[]) =>
  tryPadding(executor, executor.signature, padded.map(dimension), options);

const sum = (row: readonly number[]): number => row.reduce((total, value) => total + value, 0);
const first = ([row = []]: readonly number[][]): number[] => row;

test('a model that treats each place by itself is padded, and its outputs are cut where they follow', async () => {
  const { padding, reason } = await verdictOf(
    model(['x'], (rows) => first(rows).map((value) => value * 2)),
    ['x'],
  );
  expect(reason).toBe('');
  expect(padding?.cuts).toEqual([{ output: 'y', axis: 1, input: 'x', inputAxis: 1 }]);
});

test('a mask that is padded too says what counts: such a model is padded, and nothing is cut', async () => {
  const masked = model(['x', 'mask'], ([row = [], mask = []]) => {
    if (row.length !== mask.length) throw new ClusterError('MODEL_EXECUTION_FAILED', 'other lengths');
    return [sum(row.map((value, at) => value * (mask[at] ?? 0))) / (1 + sum(mask.map(Math.abs)))];
  });
  const { padding, reason } = await verdictOf(masked, ['x', 'mask']);
  expect(reason).toBe('');
  expect(padding?.cuts).toEqual([]);
});

test.each<[string, Rule]>([
  ['a mean', (rows) => [sum(first(rows)) / first(rows).length]],
  ['the largest', (rows) => [Math.max(...first(rows))]],
  ['the smallest', (rows) => [Math.min(...first(rows))]],
  ['the last', (rows) => [first(rows).at(-1) ?? 0]],
  ['an order turned around', (rows) => first(rows).toReversed()],
])('a model whose answer is %s of all places is not padded', async (_, rule) => {
  const { padding, reason } = await verdictOf(model(['x'], rule), ['x']);
  expect(padding).toBeNull();
  expect(reason).toMatch(
    /^requests are not padded: requests that are padded to 4 get other answers than as they came$/,
  );
});

test('an output that grows otherwise, and a model that refuses what is made up, are told', async () => {
  const twice = await verdictOf(
    model(['x'], (rows) => [...first(rows), ...first(rows)]),
    ['x'],
  );
  expect(twice).toMatchObject({ padding: null, reason: expect.stringContaining("output 'y' changes with the inputs") });
  const picky = model(['x'], () => {
    throw new ClusterError('MODEL_EXECUTION_FAILED', 'never');
  });
  expect(await verdictOf(picky, ['x'])).toMatchObject({ reason: expect.stringContaining('refused (never)') });
});

function request(rows: number, columns: number, seed: number): InferenceRequest {
  const values = Float32Array.from({ length: rows * columns }, (_, index) => seed * 1_000 + index);
  const inputs: Tensor[] = [
    { name: 'x', datatype: 'FP32', shape: [rows, columns], data: new Uint8Array(values.buffer) },
  ];
  return { modelName: 'rule', modelVersion: null, id: null, inputs, outputNames: [], parameters: {} };
}

test('whatever their lengths, requests that share a batch are answered as if each had come alone', async () => {
  const shapes = fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 0, max: 10 })), {
    minLength: 1,
    maxLength: 20,
  });
  const negative = (): FakeExecutor => model(['x'], (rows) => first(rows).map((value) => -value));
  await fc.assert(
    fc.asyncProperty(shapes, async (wanted) => {
      const cuts = [{ output: 'y', axis: 1, input: 'x', inputAxis: 1 }];
      const executor = negative();
      const padded = new TickBatcher(executor, { ...options, padding: { dimensions: [dimension('x')], cuts } });
      const alone = new TickBatcher(negative(), { ...options, enabled: false });
      const requests = wanted.map(([rows, columns], index) => request(rows, columns, index));
      const ask = (batcher: TickBatcher) =>
        Promise.all(requests.map((each) => batcher.enqueue(each, systemClock.nowMs() + 60_000).outcome));
      const [found, expected] = [await ask(padded), await ask(alone)];
      expect(found.map(({ outputs }) => outputs)).toEqual(expected.map(({ outputs }) => outputs));
      // One batch of each size, and one of each length that is above all of them.
      const sizes = new Set(wanted.map(([, columns]) => (columns <= 4 ? 4 : columns <= 8 ? 8 : columns)));
      expect(executor.runs).toHaveLength(sizes.size);
    }),
    { numRuns: 100 },
  );
});
