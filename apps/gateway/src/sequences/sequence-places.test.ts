import { sequenceBatches } from '@cluster-ai/core/batching/sequence-rules.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { InferenceRequest } from '@cluster-ai/core/inference/request.ts';
import type { SequenceBatching } from '@cluster-ai/core/model-configuration/model-configuration.ts';
import { systemClock } from '@cluster-ai/core/ports/clock.ts';
import { FakeExecutor, type FakeRun } from '@cluster-ai/testkit/fake-executor.ts';
import { snapshotModel } from '@cluster-ai/testkit/snapshot-models.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TickBatcher } from '../batching/tick-batcher.ts';
import type { Ticket } from '../batching/ticket.ts';
import { SequenceBatcher } from './sequence-batcher.ts';

const int32 = (name: string) => ({ name, datatype: 'INT32' as const, shape: [-1, 1] });
const signature = { inputs: ['x', 'total_in', 'id'].map(int32), outputs: ['total', 'whose'].map(int32) };

const plain: SequenceBatching = {
  maxIdleMicroseconds: 300_000,
  maxCandidateSequences: null,
  controls: [{ input: 'id', kind: 'correlation-id', datatype: 'INT32', no: 0, yes: 0 }],
  states: [{ input: 'total_in', output: 'total', datatype: 'INT32', dims: [1], initialFile: null, initialDims: [] }],
};

const oldest = { preferredBatchSizes: [], maxQueueDelayMicroseconds: 0, preserveOrdering: false };

/** Sums of what came, with whose they are; `total` is also what clients see. */
function setUp(sequences: SequenceBatching, atOnceMax: number, { rowsMax = 4, places = 1 } = {}) {
  const model = snapshotModel('counter', 1, { signature });
  const executor = new FakeExecutor({ model, rowsMax, places });
  const options = { clock: systemClock, queueLengthMax: 10_000, enabled: true };
  const dynamicBatching = sequenceBatches(sequences, rowsMax, rowsMax);
  const states = [{ name: 'total_in', datatype: 'INT32' as const, shape: [1, 1], data: bytesOf(0) }];
  const runs = new TickBatcher(executor, { ...options, dynamicBatching });
  const batcher = new SequenceBatcher(runs, { ...options, sequences, atOnceMax, states, signature });
  return { executor, batcher };
}

function bytesOf(...values: number[]): Uint8Array {
  return new Uint8Array(Int32Array.of(...values).buffer);
}

const numbers = (parts: readonly Uint8Array[]): number[] =>
  parts.flatMap((part) => Array.from(new Int32Array(part.slice().buffer)));

const column = (run: FakeRun | undefined, name: string): number[] =>
  numbers(run?.inputs.find((input) => input.name === name)?.parts ?? []);

function answer(run: FakeRun | undefined): void {
  const before = column(run, 'total_in');
  const totals = column(run, 'x').map((x, row) => x + (before[row] ?? 0));
  const ids = column(run, 'id');
  run?.succeed([
    { name: 'total', datatype: 'INT32', shape: [totals.length, 1], data: bytesOf(...totals) },
    { name: 'whose', datatype: 'INT32', shape: [ids.length, 1], data: bytesOf(...ids) },
  ]);
}

/** A bit of each flag: 1 starts, 2 ends. */
function send(batcher: SequenceBatcher, id: number, x: number, flags = 0, withinMs = 60_000): Ticket {
  const request: InferenceRequest = {
    modelName: 'counter',
    modelVersion: null,
    id: null,
    inputs: [{ name: 'x', datatype: 'INT32', shape: [1, 1], data: bytesOf(x) }],
    outputNames: [],
    parameters: { sequence_id: id, sequence_start: (flags & 1) !== 0, sequence_end: (flags & 2) !== 0 },
  };
  const ticket = batcher.enqueue(request, systemClock.nowMs() + withinMs);
  ticket.outcome.catch(() => undefined);
  return ticket;
}

const turn = () => new Promise<void>((resolve) => void setImmediate(resolve));

async function whose(ticket: Ticket): Promise<number[]> {
  const { outputs } = await ticket.outcome;
  return numbers(outputs.flatMap(({ name, data }) => (name === 'whose' ? [data] : [])));
}

test('so many sequences are with the model as have a place; the others follow in order, each when one is over', async () => {
  const { executor, batcher } = setUp({ ...plain, maxCandidateSequences: 2, oldest }, 2);
  for (const id of [1, 2, 3, 4]) send(batcher, id, id, 1);
  await turn();
  expect(column(executor.runs[0], 'id')).toEqual([1, 2]);
  answer(executor.runs[0]);
  await turn();
  // Both are open still: nobody else comes to the model.
  expect(executor.runs).toHaveLength(1);
  expect(batcher.queued).toBe(2);
  send(batcher, 2, 20, 2);
  await turn();
  answer(executor.runs[1]);
  await turn();
  await turn();
  expect(column(executor.runs[2], 'id')).toEqual([3]);
  answer(executor.runs[2]);
  send(batcher, 1, 10, 2);
  await turn();
  answer(executor.runs[3]);
  await turn();
  await turn();
  expect(column(executor.runs[4], 'id')).toEqual([4]);
  answer(executor.runs[4]);
});

test('a place is free too when its sequence was silent for too long, and requests that waited in vain take none', async () => {
  const { executor, batcher } = setUp({ ...plain, maxCandidateSequences: 1, oldest }, 1);
  executor.answer = answer;
  await send(batcher, 1, 1, 1).outcome;
  const given = send(batcher, 2, 1, 1, 50);
  const cancelled = send(batcher, 3, 1, 3);
  const last = send(batcher, 4, 1, 1);
  cancelled.cancel(systemClock.nowMs());
  await expect(given.outcome).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  expect(await whose(last)).toEqual([4]);
  expect(executor.runs.map((run) => column(run, 'id'))).toEqual([[1], [4]]);
  // The first is over, and has to start again.
  expect(() => send(batcher, 1, 1)).toThrow('START flag');
  batcher.close(new ClusterError('MODEL_NOT_READY', 'unloaded'));
});

test('a sequence that ends and starts again goes behind those that wait', async () => {
  const { executor, batcher } = setUp({ ...plain, maxCandidateSequences: 1, oldest }, 1);
  executor.answer = answer;
  const tickets = [send(batcher, 1, 1, 3), send(batcher, 2, 1, 3), send(batcher, 1, 5, 3)];
  await Promise.all(tickets.map(({ outcome }) => outcome));
  expect(executor.runs.map((run) => column(run, 'id'))).toEqual([[1], [2], [1]]);
  expect(column(executor.runs[2], 'total_in')).toEqual([0]);
});

test('oldest waits for preferred sizes and its delay, and answers in order where it is to', async () => {
  const delayed = { preferredBatchSizes: [3], maxQueueDelayMicroseconds: 200_000, preserveOrdering: true };
  const { executor, batcher } = setUp({ ...plain, maxCandidateSequences: 8, oldest: delayed }, 8, { places: 2 });
  for (const id of [1, 2]) send(batcher, id, id, 1);
  await turn();
  expect(executor.runs).toHaveLength(0);
  const third = send(batcher, 3, 3, 1);
  await turn();
  expect(column(executor.runs[0], 'id')).toEqual([1, 2, 3]);
  const later = [4, 5, 6].map((id) => send(batcher, id, id, 1));
  await turn();
  const answered: string[] = [];
  void later[0]?.outcome.then(() => answered.push('later'));
  void third.outcome.then(() => answered.push('first'));
  answer(executor.runs[1]);
  await turn();
  expect(answered).toEqual([]);
  answer(executor.runs[0]);
  await turn();
  expect(answered).toEqual(['first', 'later']);
  const sentAtMs = performance.now();
  send(batcher, 7, 7, 1);
  while (executor.runs.length < 3) await turn();
  expect(performance.now() - sentAtMs).toBeGreaterThan(150);
  answer(executor.runs[2]);
});

test('direct waits for a part of its slots, or its delay', async () => {
  const direct = { minimumSlotUtilization: 0.5, maxQueueDelayMicroseconds: 100_000 };
  const { executor, batcher } = setUp({ ...plain, direct }, 4);
  send(batcher, 1, 1, 1);
  await turn();
  expect(executor.runs).toHaveLength(0);
  for (const id of [2, 3]) send(batcher, id, id, 1);
  await turn();
  expect(column(executor.runs[0], 'id')).toEqual([1, 2, 3]);
  answer(executor.runs[0]);
  await turn();
  const alone = send(batcher, 1, 5);
  const sentAtMs = performance.now();
  while (executor.runs.length < 2) await turn();
  expect(performance.now() - sentAtMs).toBeGreaterThan(60);
  answer(executor.runs[1]);
  expect(await whose(alone)).toEqual([1]);
});

const strategies = fc.oneof(
  fc.constant({}),
  fc.record({
    maxCandidateSequences: fc.integer({ min: 1, max: 4 }),
    oldest: fc.record({
      preferredBatchSizes: fc.uniqueArray(fc.integer({ min: 1, max: 4 }), { maxLength: 2 }),
      maxQueueDelayMicroseconds: fc.constantFrom(0, 300, 2_000),
      preserveOrdering: fc.boolean(),
    }),
  }),
  fc.record({
    direct: fc.record({
      minimumSlotUtilization: fc.constantFrom(0, 0.5, 1),
      maxQueueDelayMicroseconds: fc.constantFrom(0, 300),
    }),
  }),
);

test('whatever the strategy, each sequence keeps its order and its own state, and no more run than may', async () => {
  const course = fc.array(fc.record({ id: fc.integer({ min: 1, max: 9 }), x: fc.integer({ min: 1, max: 99 }) }), {
    minLength: 1,
    maxLength: 60,
  });
  await fc.assert(
    fc.asyncProperty(strategies, course, fc.integer({ min: 1, max: 3 }), async (strategy, steps, places) => {
      const sequences: SequenceBatching = { ...plain, ...strategy };
      const atOnceMax = sequences.direct === undefined ? (sequences.maxCandidateSequences ?? Infinity) : 4;
      const { executor, batcher } = setUp(sequences, atOnceMax, { places });
      const open = new Set<number>();
      const over = new Map<number, number>();
      for (const [index, { id }] of steps.entries()) over.set(id, index);
      executor.answer = (run) => {
        const ids = column(run, 'id');
        expect(new Set(ids).size).toBe(ids.length);
        for (const id of ids) open.add(id);
        expect(open.size).toBeLessThanOrEqual(atOnceMax);
        answer(run);
      };
      const totals = new Map<number, number>();
      const done: [number, number][] = [];
      const results = steps.map(async ({ id, x }, index) => {
        const isFirst = !totals.has(id);
        const isLast = over.get(id) === index;
        totals.set(id, (totals.get(id) ?? 0) + x);
        const ticket = send(batcher, id, x, (isFirst ? 1 : 0) | (isLast ? 2 : 0));
        expect(await whose(ticket)).toEqual([id]);
        done.push([id, index]);
        // The place is free from here on.
        if (isLast) open.delete(id);
      });
      await Promise.all(results);
      for (const id of totals.keys()) {
        const order = done.flatMap(([whoseId, index]) => (whoseId === id ? [index] : []));
        expect(order).toEqual(order.toSorted((left, right) => left - right));
      }
      // What the model was given as state is the sum of what the same sequence had sent before, and of nobody else's.
      const before = new Map<number, number>();
      for (const run of executor.runs) {
        const [ids, xs, given] = [column(run, 'id'), column(run, 'x'), column(run, 'total_in')];
        ids.forEach((id, row) => {
          expect(given[row]).toBe(before.get(id) ?? 0);
          before.set(id, (before.get(id) ?? 0) + (xs[row] ?? 0));
        });
      }
      expect(before).toEqual(totals);
      await batcher.idle();
      batcher.close(new ClusterError('MODEL_NOT_READY', 'unloaded'));
    }),
    { numRuns: 100 },
  );
});
