import { expect, test } from 'vitest';
import { InferenceStatistics } from './inference-statistics.ts';

const times = {
  queueMs: 4,
  executeMs: 10,
  waitMs: 1,
  inputMs: 2,
  computeMs: 5,
  rows: 3,
  batchRows: 8,
  leads: true,
};

test('the parts of a request add up to what it took', () => {
  const statistics = new InferenceStatistics();
  statistics.succeeded(times, 14.5, 1_700_000_000_000);
  const { queue, computeInput, computeInfer, computeOutput, success } = statistics;
  expect([queue.ns, computeInput.ns, computeInfer.ns, computeOutput.ns]).toEqual([5e6, 2e6, 5e6, 2e6]);
  expect(success).toMatchObject({ count: 1, ns: 14.5e6 });
  expect(statistics).toMatchObject({ inferenceCount: 3, executionCount: 1, lastInferenceMs: 1_700_000_000_000 });
});

test('requests count one by one, a merged batch counts once', () => {
  const statistics = new InferenceStatistics();
  for (const leads of [false, true, false]) statistics.succeeded({ ...times, leads }, 14, 1);
  statistics.failed(2, 2, null);
  expect(statistics).toMatchObject({ inferenceCount: 9, executionCount: 1, lastInferenceMs: 2 });
  expect(statistics.success.count).toBe(3);
  expect(statistics.fail).toMatchObject({ count: 1, ns: 2e6 });
  expect([...statistics.batches.keys()]).toEqual([8]);
  expect(statistics.batches.get(8)?.computeInfer).toMatchObject({ count: 1, ns: 5e6 });
});

test('clients cannot make the list of batch sizes grow without end', () => {
  const statistics = new InferenceStatistics();
  for (let batchRows = 1; batchRows <= 1_000; batchRows += 1) statistics.succeeded({ ...times, batchRows }, 1, 1);
  expect(statistics.batches.size).toBe(256);
  expect(statistics.executionCount).toBe(1_000);
});

test('the clocks of two processes never make a time negative', () => {
  const statistics = new InferenceStatistics();
  statistics.succeeded({ ...times, executeMs: 7 }, 1, 1);
  expect(statistics.computeOutput.ns).toBe(0);
});
