import { ClusterError, toClusterError } from '@cluster-ai/core/errors.ts';
import type { InferenceRequest } from '@cluster-ai/core/inference/request.ts';
import type { SequenceBatching } from '@cluster-ai/core/model-configuration/model-configuration.ts';
import { FakeClock } from '@cluster-ai/testkit/fake-clock.ts';
import { FakeExecutor, type FakeRun } from '@cluster-ai/testkit/fake-executor.ts';
import { snapshotModel } from '@cluster-ai/testkit/snapshot-models.ts';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { TickBatcher } from '../batching/tick-batcher.ts';
import type { Ticket } from '../batching/ticket.ts';
import { SequenceBatcher } from './sequence-batcher.ts';

const clock = new FakeClock();
const checkMs = 100;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
});

afterEach(() => {
  vi.useRealTimers();
});

const sequences: SequenceBatching = {
  maxIdleMicroseconds: 1_000_000,
  maxCandidateSequences: null,
  controls: [
    { input: 'start', kind: 'start', datatype: 'INT32', no: 0, yes: 1 },
    { input: 'end', kind: 'end', datatype: 'INT32', no: 0, yes: 1 },
  ],
  states: [{ input: 'total_in', output: 'total', datatype: 'INT32', dims: [1], initialFile: null, initialDims: [] }],
};

const int32 = (name: string) => ({ name, datatype: 'INT32' as const, shape: [-1, 1] });
const signature = {
  inputs: ['x', 'start', 'end', 'total_in'].map(int32),
  outputs: ['total'].map(int32),
};

function setUp(options: { readonly queueLengthMax?: number } = {}) {
  const model = snapshotModel('counter', 1, { signature });
  const executor = new FakeExecutor({ model, rowsMax: 8 });
  const batching = { clock, queueLengthMax: options.queueLengthMax ?? 100, enabled: true };
  const states = [{ name: 'total_in', datatype: 'INT32' as const, shape: [1, 1], data: bytesOf(100) }];
  const batcher = new SequenceBatcher(new TickBatcher(executor, batching), {
    ...batching,
    sequences,
    atOnceMax: Infinity,
    states,
    signature,
  });
  return { executor, batcher };
}

function bytesOf(...values: number[]): Uint8Array {
  return new Uint8Array(Int32Array.of(...values).buffer);
}

function request(
  id: string | number | undefined,
  x: number,
  flags: { start?: boolean; end?: boolean } = {},
): InferenceRequest {
  return {
    modelName: 'counter',
    modelVersion: null,
    id: null,
    inputs: [{ name: 'x', datatype: 'INT32', shape: [1, 1], data: bytesOf(x) }],
    outputNames: [],
    parameters: {
      ...(id === undefined ? {} : { sequence_id: id }),
      ...(flags.start === undefined ? {} : { sequence_start: flags.start }),
      ...(flags.end === undefined ? {} : { sequence_end: flags.end }),
    },
  };
}

function enqueue(batcher: SequenceBatcher, ...[id, x, flags]: Parameters<typeof request>): Ticket {
  const ticket = batcher.enqueue(request(id, x, flags), clock.nowMs() + 10_000);
  ticket.outcome.catch(() => undefined);
  return ticket;
}

const turn = () => new Promise<void>((resolve) => void setImmediate(resolve));

/** Values of an input, a row each. */
function values(run: FakeRun | undefined, name: string): number[] {
  const parts = run?.inputs.find((input) => input.name === name)?.parts ?? [];
  return parts.flatMap((part) => Array.from(new Int32Array(part.slice().buffer)));
}

/** Answers each row with what came before and x. */
function answer(run: FakeRun | undefined): void {
  const before = values(run, 'total_in');
  const totals = values(run, 'x').map((x, row) => x + (before[row] ?? 0));
  run?.succeed([{ name: 'total', datatype: 'INT32', shape: [totals.length, 1], data: bytesOf(...totals) }]);
}

function refusal(work: () => unknown): ClusterError {
  try {
    work();
  } catch (thrown) {
    return toClusterError(thrown);
  }
  throw new Error('it was taken');
}

test('one request of a sequence runs at a time, with the state that the one before left; others run beside it', async () => {
  const { executor, batcher } = setUp();
  enqueue(batcher, 1, 1, { start: true });
  enqueue(batcher, 1, 2);
  enqueue(batcher, 'ada', 10, { start: true });
  enqueue(batcher, 1, 3, { end: true });
  await turn();
  expect([values(executor.runs[0], 'x'), values(executor.runs[0], 'start')]).toEqual([
    [1, 10],
    [1, 1],
  ]);
  expect(values(executor.runs[0], 'total_in')).toEqual([100, 100]);
  answer(executor.runs[0]);
  for (const index of [1, 2]) {
    await turn();
    await turn();
    answer(executor.runs[index]);
  }
  expect(values(executor.runs[1], 'total_in')).toEqual([101]);
  expect(values(executor.runs[2], 'total_in')).toEqual([103]);
  expect(values(executor.runs[2], 'end')).toEqual([1]);
  await batcher.idle();
  expect(batcher.queued).toBe(0);
});

test('a sequence that is new, over, or was silent for too long has to be started', async () => {
  const { executor, batcher } = setUp();
  executor.answer = answer;
  expect(refusal(() => enqueue(batcher, 7, 1)).message).toBe(
    "inference request for sequence 7 to model 'counter' must specify the START flag on the first request of the sequence",
  );
  await enqueue(batcher, 7, 1, { start: true, end: true }).outcome;
  expect(refusal(() => enqueue(batcher, 7, 1)).code).toBe('INVALID_ARGUMENT');
  await enqueue(batcher, 7, 1, { start: true }).outcome;
  clock.advance(1_001);
  vi.advanceTimersByTime(checkMs);
  expect(refusal(() => enqueue(batcher, 7, 1)).message).toContain('START flag');
});

test('a second start begins anew; the number 7 and the text 7 are two sequences', async () => {
  const { executor, batcher } = setUp();
  executor.answer = answer;
  await enqueue(batcher, 7, 1, { start: true }).outcome;
  await enqueue(batcher, 7, 2, { start: true }).outcome;
  expect(values(executor.runs[1], 'total_in')).toEqual([100]);
  expect(refusal(() => enqueue(batcher, '7', 1)).message).toContain("sequence '7'");
});

test('what names no sequence, has several rows, or finds the queue full is refused', () => {
  const { batcher } = setUp({ queueLengthMax: 1 });
  for (const id of [undefined, 0, '']) {
    expect(refusal(() => enqueue(batcher, id, 1, { start: true })).message).toContain(
      'non-zero or non-empty correlation ID',
    );
  }
  const wide = request(1, 1, { start: true });
  const inputs = [{ name: 'x', datatype: 'INT32' as const, shape: [2, 1], data: bytesOf(1, 2) }];
  expect(refusal(() => batcher.enqueue({ ...wide, inputs }, 10_000)).message).toContain('must specify batch-size 1');
  enqueue(batcher, 1, 1, { start: true });
  enqueue(batcher, 1, 2);
  expect(refusal(() => enqueue(batcher, 1, 3)).code).toBe('OVERLOADED');
});

test('a request that failed, was cancelled or came too late leaves the sequence as it was', async () => {
  const { executor, batcher } = setUp();
  const first = enqueue(batcher, 1, 1, { start: true });
  const cancelled = enqueue(batcher, 1, 2);
  const third = enqueue(batcher, 1, 3);
  cancelled.cancel(clock.nowMs());
  await turn();
  executor.runs[0]?.fail(new ClusterError('MODEL_EXECUTION_FAILED', 'no'));
  await expect(first.outcome).rejects.toThrow('no');
  await turn();
  expect(values(executor.runs[1], 'x')).toEqual([3]);
  expect(values(executor.runs[1], 'total_in')).toEqual([100]);
  const late = enqueue(batcher, 1, 4);
  clock.advance(10_001);
  vi.advanceTimersByTime(checkMs);
  await expect(late.outcome).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  await expect(third.outcome).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
});

test('a start that nobody waits for any more ends what was before it all the same', async () => {
  const { executor, batcher } = setUp();
  enqueue(batcher, 1, 1, { start: true });
  const cancelled = enqueue(batcher, 1, 2, { start: true });
  enqueue(batcher, 1, 3);
  cancelled.cancel(clock.nowMs());
  await turn();
  answer(executor.runs[0]);
  await turn();
  await turn();
  expect(values(executor.runs[1], 'x')).toEqual([3]);
  expect(values(executor.runs[1], 'total_in')).toEqual([100]);
});

test('closing lets go of silent sequences, however long they may be silent', async () => {
  const { executor, batcher } = setUp();
  executor.answer = answer;
  await enqueue(batcher, 1, 1, { start: true }).outcome;
  await turn();
  expect(vi.getTimerCount()).toBeGreaterThan(0);
  batcher.close(new ClusterError('MODEL_NOT_READY', 'unloaded'));
  vi.advanceTimersByTime(checkMs);
  expect(vi.getTimerCount()).toBe(0);
});

test('closing fails what waits, and refuses what comes', async () => {
  const { executor, batcher } = setUp();
  const running = enqueue(batcher, 1, 1, { start: true });
  const waiting = enqueue(batcher, 1, 2);
  await turn();
  batcher.close(new ClusterError('MODEL_NOT_READY', 'unloaded'));
  await expect(waiting.outcome).rejects.toThrow('unloaded');
  expect(refusal(() => enqueue(batcher, 1, 3)).message).toBe('unloaded');
  answer(executor.runs[0]);
  await running.outcome;
  await batcher.idle();
});
