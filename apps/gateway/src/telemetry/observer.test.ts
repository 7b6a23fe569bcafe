import { ClusterError } from '@cluster-ai/core/errors.ts';
import { FakeClock } from '@cluster-ai/testkit/fake-clock.ts';
import { MemoryLog } from '@cluster-ai/testkit/memory-log.ts';
import { expect, test } from 'vitest';
import { TraceSettings } from '../open-inference/trace-settings.ts';
import { cumulativeCounts } from './histogram.ts';
import { Observer } from './observer.ts';
import { stageNames, type VariantStats } from './variant-stats.ts';

const times = { queueMs: 0, executeMs: 0, waitMs: 0, inputMs: 0, computeMs: 0, rows: 1, batchRows: 1, leads: true };
const facts = { requestId: 'r-1', route: 'iris' };

function setUp(options: { readonly slowRequestMs?: number; readonly sampleEvery?: number } = {}) {
  const clock = new FakeClock();
  const log = new MemoryLog();
  const observer = new Observer({
    clock,
    log,
    slowRequestMs: options.slowRequestMs ?? 1_000,
    sampleEvery: options.sampleEvery ?? 0,
    traces: new TraceSettings(),
  });
  return { clock, log, observer, stats: observer.statsFor('iris', 'iris@1') };
}

function answer({ clock, observer, stats }: ReturnType<typeof setUp>, durationMs: number): void {
  const watch = observer.begin();
  clock.advance(durationMs);
  observer.succeeded(watch, stats, facts);
}

function milliseconds(stats: VariantStats): Record<string, number> {
  return Object.fromEntries(stageNames.map((stage) => [stage, Math.round(stats.stages[stage].sumSeconds * 1_000)]));
}

test('every stage gets its own time, and the sum of stages is not the total', () => {
  const { clock, observer, stats } = setUp();
  const watch = observer.begin();
  clock.advance(1);
  watch.receivedAtMs = clock.nowMs();
  clock.advance(2);
  watch.decodedAtMs = clock.nowMs();
  clock.advance(40);
  watch.batch = { ...times, queueMs: 10, executeMs: 30, computeMs: 20, rows: 3, batchRows: 3 };
  watch.encodeStartedAtMs = clock.nowMs();
  clock.advance(5);
  observer.succeeded(watch, stats, facts);
  expect(milliseconds(stats)).toEqual({ receive: 1, decode: 2, queue: 10, execute: 30, compute: 20, encode: 5 });
  expect(stats.total.sumSeconds).toBeCloseTo(0.048, 9);
  expect(stats).toMatchObject({ requests: 1, batches: 1, batchedRows: 3, errorsTotal: 0 });
});

test('rows are those of all requests of a batch, which counts once', () => {
  const { observer, stats } = setUp();
  for (const leads of [true, false, false]) {
    const watch = observer.begin();
    watch.batch = { ...times, rows: 2, batchRows: 6, leads };
    observer.succeeded(watch, stats, facts);
  }
  expect(stats).toMatchObject({ requests: 3, batches: 1, batchedRows: 6 });
});

test('a run counts though the answer of the request that it is counted by could not be written', () => {
  const { observer, stats } = setUp();
  for (const leads of [true, false]) {
    const watch = observer.begin();
    watch.decodedAtMs = 1;
    watch.batch = { ...times, rows: 2, batchRows: 4, leads };
    if (leads) observer.failed(watch, stats, facts, new ClusterError('INVALID_ARGUMENT', 'FP16 in JSON'));
    else observer.succeeded(watch, stats, facts);
  }
  expect(stats).toMatchObject({ requests: 2, batches: 1, batchedRows: 4, errorsTotal: 1 });
  const { inferenceCount, executionCount, success, fail, batches } = stats.inference;
  expect([inferenceCount, executionCount, success.count, fail.count]).toEqual([2, 1, 1, 1]);
  expect([...batches].map(([rows, { computeInfer }]) => [rows, computeInfer.count])).toEqual([[4, 1]]);
});

test('only slow requests and every n-th are logged', () => {
  const parts = setUp({ slowRequestMs: 100, sampleEvery: 3 });
  for (const durationMs of [1, 1, 1, 1, 101, 1]) answer(parts, durationMs);
  expect(parts.log.lines.map(({ level, message, fields }) => [level, message, fields['durationMs']])).toEqual([
    ['info', 'request (sampled)', 1],
    ['warn', 'slow request', 101],
    ['info', 'request (sampled)', 1],
  ]);
});

test('a sample of 0 logs none', () => {
  const parts = setUp({ sampleEvery: 0 });
  for (let count = 0; count < 10; count += 1) answer(parts, 1);
  expect(parts.log.lines).toEqual([]);
});

test('an error is counted by its code and its time; a refusal is not worth an error line', () => {
  const { observer, stats, log } = setUp();
  observer.failed(observer.begin(), stats, facts, new ClusterError('INVALID_ARGUMENT', 'bad shape'));
  observer.failed(
    observer.begin(),
    stats,
    facts,
    new ClusterError('INTERNAL', 'internal error', { cause: new Error('why') }),
  );
  expect([...stats.errors]).toEqual([
    ['INVALID_ARGUMENT', 1],
    ['INTERNAL', 1],
  ]);
  expect(cumulativeCounts(stats.total.counters()).total).toBe(2);
  expect(log.lines.map(({ level }) => level)).toEqual(['debug', 'error']);
  expect(log.lines[1]?.fields).toMatchObject({
    requestId: 'r-1',
    model: 'iris@1',
    code: 'INTERNAL',
    error: expect.objectContaining({ message: 'why' }),
  });
});

test('what reached no variant is counted under empty labels, whatever name the client called', () => {
  const { observer, stats } = setUp();
  for (const route of ['a', 'b', 'c']) {
    observer.failed(observer.begin(), null, { requestId: 'r', route }, new ClusterError('MODEL_NOT_FOUND', 'unknown'));
  }
  expect(observer.allStats().map(({ route, modelId, requests }) => [route, modelId, requests])).toEqual([
    ['iris', 'iris@1', 0],
    ['', '', 3],
  ]);
  expect(stats.requests).toBe(0);
});

test('a flood of failures writes some lines a second and says how many it left out', () => {
  const { observer, stats, log, clock } = setUp();
  for (let count = 0; count < 1_000; count += 1) {
    observer.failed(observer.begin(), stats, facts, new ClusterError('OVERLOADED', 'full'));
  }
  const inFirstSecond = log.lines.length;
  expect(inFirstSecond).toBe(50);
  clock.advance(1_000);
  observer.failed(observer.begin(), stats, facts, new ClusterError('OVERLOADED', 'full'));
  expect(log.lines.at(-1)?.fields).toMatchObject({ linesLeftOut: 950 });
  expect(stats.errors.get('OVERLOADED')).toBe(1_001);
});

test('the counters of a variant survive its leaving and coming back', () => {
  const { observer, stats } = setUp();
  expect(observer.statsFor('iris', 'iris@1')).toBe(stats);
});
