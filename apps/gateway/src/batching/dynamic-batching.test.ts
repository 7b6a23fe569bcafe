import { ClusterError, toClusterError } from '@cluster-ai/core/errors.ts';
import type { InferenceRequest } from '@cluster-ai/core/inference/request.ts';
import type { DynamicBatching, QueuePolicy } from '@cluster-ai/core/model-configuration/model-configuration.ts';
import { systemClock } from '@cluster-ai/core/ports/clock.ts';
import { FakeClock } from '@cluster-ai/testkit/fake-clock.ts';
import { FakeExecutor, type FakeRun } from '@cluster-ai/testkit/fake-executor.ts';
import { rowSignature, snapshotModel } from '@cluster-ai/testkit/snapshot-models.ts';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { TickBatcher } from './tick-batcher.ts';
import type { Ticket } from './ticket.ts';
import { plainDynamicBatching } from '@cluster-ai/core/batching/plain-dynamic-batching.ts';

const clock = new FakeClock();
const deadlineCheckMs = 100;

beforeEach(() => {
  // Deadlines are looked at by an interval; turns of the event loop stay real.
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
});

afterEach(() => {
  vi.advanceTimersByTime(deadlineCheckMs);
  if (vi.getTimerCount() > 0) throw new Error('an idle batcher leaves a timer behind');
  vi.useRealTimers();
});

const policy: QueuePolicy = {
  timeoutAction: 'REJECT',
  defaultTimeoutMicroseconds: 0,
  allowTimeoutOverride: false,
  maxQueueSize: 0,
};

/** A model that gives its rows back, behind a queue with a configuration. */
function setUp(options: {
  readonly rowsMax?: number;
  readonly places?: number;
  readonly dynamicBatching: Partial<DynamicBatching>;
}) {
  const model = snapshotModel('echo', 1, { signature: rowSignature(1) });
  const executor = new FakeExecutor({ model, rowsMax: options.rowsMax ?? 8, places: options.places ?? 1 });
  const batcher = new TickBatcher(executor, {
    clock,
    queueLengthMax: 1_000,
    enabled: true,
    dynamicBatching: { ...plainDynamicBatching, ...options.dynamicBatching },
  });
  return { executor, batcher };
}

/** Queues one row with a value. */
function enqueue(batcher: TickBatcher, value: number, parameters: InferenceRequest['parameters'] = {}): Ticket {
  return enqueueAt(batcher, clock.nowMs() + 10_000, value, parameters);
}

function enqueueAt(
  batcher: TickBatcher,
  deadlineAtMs: number,
  value = 1,
  parameters: InferenceRequest['parameters'] = {},
): Ticket {
  const request: InferenceRequest = {
    modelName: 'echo',
    modelVersion: null,
    id: null,
    inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 1], data: new Uint8Array(Float32Array.of(value).buffer) }],
    outputNames: [],
    parameters,
  };
  const ticket = batcher.enqueue(request, deadlineAtMs);
  // A test may look at the outcome late.
  ticket.outcome.catch(() => undefined);
  return ticket;
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function failureOf(ticket: Ticket | undefined): Promise<ClusterError> {
  if (ticket === undefined) throw new Error('there is no such request');
  return ticket.outcome.then(
    () => Promise.reject(new Error('the request was answered')),
    (error: unknown) => toClusterError(error),
  );
}

function valuesIn(run: FakeRun | undefined): number[] {
  return (run?.inputs[0]?.parts ?? []).flatMap((part) => Array.from(new Float32Array(part.slice().buffer)));
}

test('the first waits for others as long as it may, by a timer or by turns of the loop, and one run takes all', async () => {
  const { executor, batcher } = setUp({ dynamicBatching: { maxQueueDelayMicroseconds: 900 } });
  enqueue(batcher, 1);
  await turn();
  clock.advance(0.5);
  enqueue(batcher, 2);
  await turn();
  await turn();
  expect(executor.runs).toHaveLength(0);
  clock.advance(0.4);
  await turn();
  expect(executor.runs.map(valuesIn)).toEqual([[1, 2]]);
  executor.runs[0]?.succeed();
  await batcher.idle();
  expect(batcher.figures.snapshot()).toMatchObject({ batches: 1, requests: 2, closed: { delay: 1 } });
});

test('a batch that is full, or of a preferred size, does not wait', async () => {
  const dynamicBatching = { maxQueueDelayMicroseconds: 60_000_000, preferredBatchSizes: [3] };
  const { executor, batcher } = setUp({ dynamicBatching, places: 2 });
  for (const value of [1, 2, 3]) enqueue(batcher, value);
  await turn();
  expect(executor.runs.map(valuesIn)).toEqual([[1, 2, 3]]);
  const waiting = enqueue(batcher, 4);
  await turn();
  expect(executor.runs).toHaveLength(1);
  waiting.cancel(clock.nowMs());
  executor.runs[0]?.succeed();
  await batcher.idle();
  expect(batcher.queued).toBe(0);
});

test('higher priorities overtake while the model is busy', async () => {
  const { executor, batcher } = setUp({
    rowsMax: 2,
    dynamicBatching: { priorityLevels: 3, defaultPriorityLevel: 2 },
  });
  enqueue(batcher, 0);
  await turn();
  for (const [value, priority] of [
    [1, 3],
    [2, 0],
    [3, 99],
    [4, 1n],
  ] as const) {
    enqueue(batcher, value, { priority });
  }
  executor.answer = (run) => run.succeed();
  executor.runs[0]?.succeed();
  await batcher.idle();
  expect(executor.runs.map(valuesIn)).toEqual([[0], [4, 2], [3, 1]]);
  expect(batcher.figures.snapshot().closed).toMatchObject({ priority: 1, full: 1, idle: 1 });
});

test('as many wait as the policy allows, and one more is told so', async () => {
  const { executor, batcher } = setUp({ dynamicBatching: { defaultQueuePolicy: { ...policy, maxQueueSize: 1 } } });
  enqueue(batcher, 0);
  await turn();
  const waiting = enqueue(batcher, 1);
  expect(() => enqueue(batcher, 2)).toThrow(
    expect.objectContaining({
      code: 'QUEUE_FULL',
      httpStatus: 503,
      message: "Exceeds maximum queue size: 1 requests wait for model 'echo', the most that its configuration allows",
    }),
  );
  waiting.cancel(clock.nowMs());
  enqueue(batcher, 3);
  executor.answer = (run) => run.succeed();
  executor.runs[0]?.succeed();
  await batcher.idle();
  expect(batcher.figures.snapshot().refused).toEqual({ queueFull: 1, queueTimeout: 0 });
});

test('who waits for longer than the policy allows fails, or goes behind the others', async () => {
  for (const timeoutAction of ['REJECT', 'DELAY'] as const) {
    const defaultQueuePolicy = { ...policy, timeoutAction, allowTimeoutOverride: true };
    const { executor, batcher } = setUp({ dynamicBatching: { defaultQueuePolicy }, rowsMax: 1 });
    expect(batcher.judgesTimeouts).toBe(true);
    enqueue(batcher, 0);
    await turn();
    const late = enqueue(batcher, 1, { timeout: 2_000 });
    enqueue(batcher, 2);
    clock.advance(3);
    executor.answer = (run) => run.succeed();
    executor.runs[0]?.succeed();
    if (timeoutAction === 'REJECT') {
      expect(await failureOf(late)).toMatchObject({ code: 'QUEUE_TIMEOUT', httpStatus: 503 });
      expect((await failureOf(late)).message).toMatch(/^Request timeout expired: /);
    }
    await batcher.idle();
    expect(executor.runs.map(valuesIn)).toEqual(timeoutAction === 'REJECT' ? [[0], [2]] : [[0], [2], [1]]);
    vi.advanceTimersByTime(deadlineCheckMs);
  }
});

test('a timeout that the policy does not allow changes nothing', async () => {
  const { executor, batcher } = setUp({ dynamicBatching: { defaultQueuePolicy: policy } });
  const patient = enqueue(batcher, 1, { timeout: 1 });
  clock.advance(5);
  await turn();
  executor.runs[0]?.succeed();
  expect((await patient.outcome).outputs).toHaveLength(1);
});

test('answers leave in the order of their requests, failures among them, where the configuration wants it', async () => {
  const { executor, batcher } = setUp({ places: 5, rowsMax: 1, dynamicBatching: { preserveOrdering: true } });
  const settled: number[] = [];
  const tickets = [0, 1, 2, 3, 4].map((value) => enqueue(batcher, value));
  for (const [index, { outcome }] of tickets.entries()) {
    const note = (): unknown => settled.push(index);
    void outcome.then(note, note);
  }
  await turn();
  executor.runs[2]?.succeed();
  executor.runs[1]?.fail(new ClusterError('MODEL_EXECUTION_FAILED', 'no'));
  executor.runs[4]?.succeed();
  await turn();
  expect(settled).toEqual([]);
  executor.runs[0]?.succeed();
  await turn();
  expect(settled).toEqual([0, 1, 2]);
  tickets[3]?.cancel(clock.nowMs());
  await turn();
  expect(settled).toEqual([0, 1, 2, 3, 4]);
  expect(await failureOf(tickets[1])).toMatchObject({ code: 'MODEL_EXECUTION_FAILED' });
  executor.runs[3]?.succeed();
  await batcher.idle();
});

test('an idle client waits a turn of the loop for its run, whatever the configuration', async () => {
  const policies = { priorityLevels: 3, defaultPriorityLevel: 2, defaultQueuePolicy: { ...policy, maxQueueSize: 9 } };
  for (const [name, dynamicBatching] of [
    ['none', null],
    ['priorities and policies, no delay', { ...plainDynamicBatching, ...policies }],
  ] as const) {
    const model = snapshotModel('echo', 1, { signature: rowSignature(1) });
    const executor = new FakeExecutor({ model, rowsMax: 8 });
    const handedOver = vi.spyOn(executor, 'execute');
    const batcher = new TickBatcher(executor, {
      clock: systemClock,
      queueLengthMax: 9,
      enabled: true,
      dynamicBatching,
    });
    const waitsUs: number[] = [];
    for (let round = 0; round < 2_000; round += 1) {
      handedOver.mockClear();
      const startedAtMs = performance.now();
      let wait = 0;
      handedOver.mockImplementationOnce(() => {
        wait = performance.now() - startedAtMs;
        return Promise.resolve({ outputs: [], waitMs: 0, inputMs: 0, computeMs: 0 });
      });
      await enqueueAt(batcher, systemClock.nowMs() + 10_000).outcome;
      waitsUs.push(wait * 1_000);
    }
    const median = waitsUs.toSorted((left, right) => left - right)[1_000] ?? Infinity;
    console.log(`configuration: ${name}; from the queue to the model ${median.toFixed(1)} µs`);
    expect(median).toBeLessThan(1_000_000);
  }
});
