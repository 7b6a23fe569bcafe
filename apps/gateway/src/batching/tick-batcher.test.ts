import { ClusterError, toClusterError } from '@cluster-ai/core/errors.ts';
import type { InferenceRequest } from '@cluster-ai/core/inference/request.ts';
import { FakeClock } from '@cluster-ai/testkit/fake-clock.ts';
import { FakeExecutor, type FakeRun } from '@cluster-ai/testkit/fake-executor.ts';
import { rowSignature, snapshotModel } from '@cluster-ai/testkit/snapshot-models.ts';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { RunLost } from '../execution/run-lost.ts';
import { TickBatcher } from './tick-batcher.ts';
import type { BatchOutcome, Ticket } from './ticket.ts';

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

function setUp(
  options: {
    readonly rowsMax?: number;
    readonly places?: number;
    readonly queueLengthMax?: number;
    readonly enabled?: boolean;
  } = {},
) {
  const model = snapshotModel('echo', 1, { signature: rowSignature(1) });
  const executor = new FakeExecutor({ model, rowsMax: options.rowsMax ?? 8, places: options.places ?? 1 });
  const batcher = new TickBatcher(executor, {
    clock,
    queueLengthMax: options.queueLengthMax ?? 1_000,
    enabled: options.enabled ?? true,
  });
  return { executor, batcher };
}

/** A request of `rows` rows that all hold `value`. */
function requestOf(value: number, rows = 1): InferenceRequest {
  const data = new Uint8Array(new Float32Array(rows).fill(value).buffer);
  return {
    modelName: 'echo',
    modelVersion: null,
    id: null,
    inputs: [{ name: 'x', datatype: 'FP32', shape: [rows, 1], data }],
    outputNames: [],
    parameters: {},
  };
}

function enqueue(batcher: TickBatcher, value: number, rows = 1, withinMs = 10_000): Ticket {
  const ticket = batcher.enqueue(requestOf(value, rows), clock.nowMs() + withinMs);
  // A test may look at the outcome late.
  ticket.outcome.catch(() => undefined);
  return ticket;
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function passTime(durationMs: number): Promise<void> {
  clock.advance(durationMs);
  vi.advanceTimersByTime(deadlineCheckMs);
  await turn();
}

function valuesOf({ outputs }: BatchOutcome): number[] {
  const [output] = outputs;
  if (output === undefined) throw new Error('an answer without an output');
  return Array.from(new Float32Array(output.data.slice().buffer));
}

async function failureOf(ticket: Ticket): Promise<ClusterError> {
  return ticket.outcome.then(
    () => Promise.reject(new Error('the request was answered')),
    (error: unknown) => toClusterError(error),
  );
}

function valuesIn(run: FakeRun | undefined): number[] {
  return (run?.inputs[0]?.parts ?? []).flatMap((part) => Array.from(new Float32Array(part.slice().buffer)));
}

test('what arrives in one turn goes in one run, in order', async () => {
  const { executor, batcher } = setUp();
  const tickets = [1, 2, 3].map((value) => enqueue(batcher, value));
  expect(executor.runs).toHaveLength(0);
  await turn();
  expect(executor.runs).toHaveLength(1);
  expect(executor.runs[0]).toMatchObject({ rows: 3, outputNames: [] });
  expect(valuesIn(executor.runs[0])).toEqual([1, 2, 3]);
  executor.runs[0]?.succeed();
  expect((await Promise.all(tickets.map(({ outcome }) => outcome))).map(valuesOf)).toEqual([[1], [2], [3]]);
});

test('while the model is busy a batch grows, and goes when a place is free', async () => {
  const { executor, batcher } = setUp();
  enqueue(batcher, 1);
  await turn();
  for (const value of [2, 3]) enqueue(batcher, value);
  await turn();
  enqueue(batcher, 4);
  await turn();
  expect(executor.runs).toHaveLength(1);
  expect(batcher.queued).toBe(3);
  executor.runs[0]?.succeed();
  expect(executor.runs.map(valuesIn)).toEqual([[1], [2, 3, 4]]);
  executor.runs[1]?.succeed();
  await batcher.idle();
});

test('a run has at most rowsMax rows; a request that is larger goes alone', async () => {
  const { executor, batcher } = setUp({ rowsMax: 4, places: 10 });
  for (const rows of [2, 2, 3, 9, 1]) enqueue(batcher, rows, rows);
  await turn();
  expect(executor.runs.map(({ rows }) => rows)).toEqual([4, 3, 9, 1]);
  for (const run of executor.runs) run.succeed();
  await batcher.idle();
});

test.each([
  ['batching is off', { enabled: false, rowsMax: 8 }],
  ['the model cannot be merged', { enabled: true, rowsMax: 0 }],
])('every request runs alone when %s', async (_why, options) => {
  const { executor, batcher } = setUp({ ...options, places: 10 });
  for (const value of [1, 2, 3]) enqueue(batcher, value);
  await turn();
  expect(executor.runs.map(valuesIn)).toEqual([[1], [2], [3]]);
  for (const run of executor.runs) run.succeed();
  await batcher.idle();
});

test('times say how long a request waited and ran, and one request of the batch leads', async () => {
  const { executor, batcher } = setUp();
  const blocker = enqueue(batcher, 0);
  await turn();
  const tickets = [enqueue(batcher, 1, 2), enqueue(batcher, 2, 3)];
  clock.advance(7);
  executor.runs[0]?.succeed();
  await blocker.outcome;
  clock.advance(5);
  executor.runs[1]?.succeed();
  const outcomes = await Promise.all(tickets.map(({ outcome }) => outcome));
  expect(outcomes.map(({ times }) => times)).toEqual([
    { queueMs: 7, executeMs: 5, waitMs: 0, inputMs: 0, computeMs: 1, rows: 2, batchRows: 5, leads: true },
    { queueMs: 7, executeMs: 5, waitMs: 0, inputMs: 0, computeMs: 1, rows: 3, batchRows: 5, leads: false },
  ]);
});

test('a batch whose first request was cancelled is still led by one', async () => {
  const { executor, batcher } = setUp();
  const [gone, stays] = [enqueue(batcher, 1), enqueue(batcher, 2)];
  await turn();
  gone.cancel(clock.nowMs());
  executor.runs[0]?.succeed();
  expect((await stays.outcome).times.leads).toBe(true);
});

test('a full queue refuses with OVERLOADED and the advice to come back', async () => {
  const { executor, batcher } = setUp({ queueLengthMax: 2 });
  for (const value of [1, 2]) enqueue(batcher, value);
  expect(() => enqueue(batcher, 3)).toThrow(
    expect.objectContaining({ code: 'OVERLOADED', retryAfterSeconds: 1, message: expect.stringContaining("'echo'") }),
  );
  await turn();
  expect(() => enqueue(batcher, 4)).not.toThrow();
  executor.answer = (run) => run.succeed();
  executor.runs[0]?.succeed();
  await batcher.idle();
});

test('a deadline that passes while the request waits ends it, and it is not run', async () => {
  const { executor, batcher } = setUp();
  enqueue(batcher, 1);
  await turn();
  const late = enqueue(batcher, 2, 1, 50);
  const patient = enqueue(batcher, 3);
  await passTime(60);
  expect(await failureOf(late)).toMatchObject({ code: 'DEADLINE_EXCEEDED', httpStatus: 504 });
  executor.runs[0]?.succeed();
  expect(valuesIn(executor.runs[1])).toEqual([3]);
  executor.runs[1]?.succeed();
  expect(valuesOf(await patient.outcome)).toEqual([3]);
});

test('a deadline that passes between two looks at the clock still keeps the request from running', async () => {
  const { executor, batcher } = setUp();
  enqueue(batcher, 1);
  await turn();
  const late = enqueue(batcher, 2, 1, 50);
  clock.advance(60);
  executor.runs[0]?.succeed();
  expect(await failureOf(late)).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  expect(executor.runs).toHaveLength(1);
  await batcher.idle();
});

test("a deadline that passes while the request runs ends it; its late answer is nobody's", async () => {
  const { executor, batcher } = setUp();
  const [late, patient] = [enqueue(batcher, 1, 1, 50), enqueue(batcher, 2)];
  await turn();
  await passTime(60);
  expect(await failureOf(late)).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  executor.runs[0]?.succeed();
  expect(valuesOf(await patient.outcome)).toEqual([2]);
  await batcher.idle();
});

test('a runner is told how long the most patient request of a batch waits', async () => {
  const { executor, batcher } = setUp();
  enqueue(batcher, 1, 1, 500);
  enqueue(batcher, 2, 1, 2_000);
  await turn();
  expect(executor.runs[0]?.remainingMs).toBe(2_000);
  executor.runs[0]?.succeed();
  await batcher.idle();
});

test('a cancelled request is not run', async () => {
  const { executor, batcher } = setUp({ places: 10 });
  const [gone, stays] = [enqueue(batcher, 1), enqueue(batcher, 2)];
  gone.cancel(clock.nowMs());
  await turn();
  expect(await failureOf(gone)).toMatchObject({ code: 'CANCELLED' });
  expect(executor.runs.map(valuesIn)).toEqual([[2]]);
  executor.runs[0]?.succeed();
  await stays.outcome;
});

const faultsOfOne = ['MODEL_EXECUTION_FAILED', 'INVALID_ARGUMENT'] as const;
test.each(faultsOfOne)('one bad request (%s) fails alone: the others of its batch run once more', async (code) => {
  const { executor, batcher } = setUp({ places: 1 });
  const bad = new ClusterError(code, 'negative input');
  executor.answer = (run) => (valuesIn(run).includes(-1) ? run.fail(bad) : run.succeed());
  const tickets = [1, -1, 3].map((value) => enqueue(batcher, value));
  const outcomes = await Promise.allSettled(tickets.map(({ outcome }) => outcome));
  expect(
    outcomes.map((outcome) => (outcome.status === 'fulfilled' ? valuesOf(outcome.value) : outcome.reason)),
  ).toEqual([[1], bad, [3]]);
  expect(executor.runs.map(valuesIn)).toEqual([[1, -1, 3], [1], [-1], [3]]);
});

test('a crash fails the whole batch and nothing is run twice', async () => {
  const { executor, batcher } = setUp();
  const tickets = [1, 2].map((value) => enqueue(batcher, value));
  await turn();
  executor.runs[0]?.fail(new ClusterError('RUNNER_CRASHED', 'the runner was killed'));
  for (const ticket of tickets) expect(await failureOf(ticket)).toMatchObject({ code: 'RUNNER_CRASHED' });
  expect(executor.runs).toHaveLength(1);
  await batcher.idle();
});

test('a run that was lost through no fault of its own is handed over again, three times in all', async () => {
  const { executor, batcher } = setUp();
  const lose = (run: FakeRun): void => {
    run.fail(new RunLost('the runner was killed', true));
    executor.givePlaces(1);
  };
  executor.answer = (run) => (executor.runs.length < 3 ? lose(run) : run.succeed());
  expect(valuesOf(await enqueue(batcher, 7).outcome)).toEqual([7]);
  expect(executor.runs).toHaveLength(3);
  executor.answer = lose;
  expect(await failureOf(enqueue(batcher, 8))).toMatchObject({ code: 'RUNNER_CRASHED' });
  expect(executor.runs).toHaveLength(6);
  await batcher.idle();
});

test('an output without the rows of its batch fails the batch, and each request is tried alone', async () => {
  const { executor, batcher } = setUp();
  executor.answer = (run) =>
    run.succeed(run.rows > 1 ? [{ name: 'y', datatype: 'FP32', shape: [1, 1], data: new Uint8Array(4) }] : undefined);
  const tickets = [1, 2].map((value) => enqueue(batcher, value));
  expect((await Promise.all(tickets.map(({ outcome }) => outcome))).map(valuesOf)).toEqual([[1], [2]]);
});

test('nothing is lost while no place is free, and all of it goes when one is', async () => {
  const { executor, batcher } = setUp({ rowsMax: 4 });
  executor.takeAllPlaces();
  const tickets = [1, 2, 3, 4, 5].map((value) => enqueue(batcher, value));
  await turn();
  await turn();
  expect(executor.runs).toHaveLength(0);
  executor.answer = (run) => run.succeed();
  executor.givePlaces(1);
  expect((await Promise.all(tickets.map(({ outcome }) => outcome))).map(valuesOf)).toEqual([[1], [2], [3], [4], [5]]);
});

test('idle waits for what waits and what runs, for everyone who asks', async () => {
  const { executor, batcher } = setUp();
  await batcher.idle();
  enqueue(batcher, 1);
  let resolved = 0;
  const asked = [batcher.idle(), batcher.idle()].map((idle) => idle.then(() => (resolved += 1)));
  await turn();
  expect(resolved).toBe(0);
  executor.runs[0]?.succeed();
  await Promise.all(asked);
});

test('closing refuses what comes and what waits; what runs is still answered', async () => {
  const { executor, batcher } = setUp();
  const running = enqueue(batcher, 1);
  await turn();
  const waiting = enqueue(batcher, 2);
  batcher.close(new ClusterError('MODEL_NOT_READY', 'unloaded'));
  expect(await failureOf(waiting)).toMatchObject({ code: 'MODEL_NOT_READY' });
  expect(() => enqueue(batcher, 3)).toThrow(expect.objectContaining({ code: 'MODEL_NOT_READY' }));
  executor.runs[0]?.succeed();
  expect(valuesOf(await running.outcome)).toEqual([1]);
});

/** What a schedule does, one after another: requests of some rows, turns of the loop, answers, crashes and recoveries. */
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('request' as const), rows: fc.integer({ min: 1, max: 5 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('turn' as const, 'answer' as const, 'cancel' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('crash' as const, 'recover' as const) }) },
);

test('in every interleaving each request gets its own answer once, in order, in runs within the limit', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 60 }),
      fc.integer({ min: 0, max: 7 }),
      fc.integer({ min: 1, max: 3 }),
      async (steps, rowsMax, places) => {
        const { executor, batcher } = setUp({ rowsMax, places });
        const sent: { readonly ticket: Ticket; readonly value: number; readonly rows: number }[] = [];
        const answered = new Set<FakeRun>();
        const cancelled = new Set<Ticket>();
        const answerOldest = (): void => {
          const run = executor.runs.find((candidate) => !answered.has(candidate));
          if (run === undefined) return;
          answered.add(run);
          run.succeed();
        };
        for (const { kind, ...details } of steps) {
          if (kind === 'request' && 'rows' in details) {
            sent.push({
              ticket: enqueue(batcher, sent.length + 1, details.rows),
              value: sent.length + 1,
              rows: details.rows,
            });
          }
          if (kind === 'turn') await turn();
          if (kind === 'answer') answerOldest();
          if (kind === 'crash') executor.takeAllPlaces();
          if (kind === 'recover' && executor.freePlaces() === 0) executor.givePlaces(1);
          const last = sent.at(-1);
          if (kind === 'cancel' && last !== undefined && !last.ticket.settled) {
            last.ticket.cancel(clock.nowMs());
            cancelled.add(last.ticket);
          }
        }
        executor.answer = (run) => run.succeed();
        executor.givePlaces(1);
        while (executor.runs.some((run) => !answered.has(run))) {
          answerOldest();
          await turn();
        }
        await batcher.idle();

        for (const { ticket, value, rows } of sent) {
          if (cancelled.has(ticket)) expect(await failureOf(ticket)).toMatchObject({ code: 'CANCELLED' });
          else expect(valuesOf(await ticket.outcome)).toEqual(Array.from({ length: rows }, () => value));
        }
        const handedOver = executor.runs.map((run) => [...new Set(valuesIn(run))]);
        for (const [index, run] of executor.runs.entries()) {
          expect(handedOver[index]).toEqual(handedOver[index]?.toSorted((left, right) => left - right));
          if ((handedOver[index] ?? []).length > 1) expect(run.rows).toBeLessThanOrEqual(rowsMax);
        }
        expect(new Set(handedOver.flat()).size).toBe(handedOver.flat().length);
      },
    ),
    { numRuns: 150 },
  );
});
