import { batchRules, type BatchRules } from '@cluster-ai/core/batching/batch-rules.ts';
import type { ChoiceLimits } from '@cluster-ai/core/batching/choose-batch-rules.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { FakeClock } from '@cluster-ai/testkit/fake-clock.ts';
import { MemoryLog } from '@cluster-ai/testkit/memory-log.ts';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { AutomaticBatching } from './automatic-batching.ts';
import { BatchFigures } from './batch-figures.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
});
afterEach(() => {
  if (vi.getTimerCount() > 0) throw new Error('one that is stopped leaves a timer behind');
  vi.useRealTimers();
});

interface Served {
  readonly latencyMs: number;
  readonly rows: number;
  readonly runMs: number;
  readonly full: boolean;
}

/** A batcher of which only figures and rules are there. */
function setUp(
  more: Partial<ChoiceLimits> = {},
  scale: (instances: number) => Promise<void> = () => Promise.resolve(),
) {
  const clock = new FakeClock();
  const log = new MemoryLog();
  const figures = new BatchFigures();
  const batcher = {
    figures,
    rules: batchRules(null, 32),
    adopt(rules: BatchRules): void {
      batcher.rules = rules;
    },
  };
  const limits: ChoiceLimits = {
    objectiveMs: 20,
    given: { rowsMax: 32, delayMs: 0, instances: 1 },
    fixed: { rows: false, delay: false, instances: false },
    instancesMax: 2,
    ...more,
  };
  const automatic = new AutomaticBatching({ model: 'm@1', batcher, limits, scale, clock, log });
  /** Batches of one request each, for so long: as many as fit one after another. */
  const serve = ({ latencyMs, rows, runMs, full }: Served, durationMs = 500): void => {
    for (let passedMs = 0; passedMs < durationMs; passedMs += runMs) {
      figures.handedOver(full ? 'full' : 'idle', rows, rows);
      figures.runs.add(rows, runMs);
      figures.computed(runMs);
      for (let row = 0; row < rows; row += 1) {
        figures.latency.observe(latencyMs);
        figures.waited(latencyMs - runMs);
      }
    }
    clock.advance(durationMs);
    vi.advanceTimersByTime(250);
  };
  return { automatic, batcher, serve, log, clock };
}

const roomy: Served = { latencyMs: 6, rows: 8, runMs: 2, full: true };

test('rules begin small, and grow while the objective has room; each step is told with its reason', () => {
  const { automatic, batcher, serve, log } = setUp();
  expect(batcher.rules).toMatchObject({ rowsMax: 8, preferredRows: [8], delayMs: 0 });
  expect(automatic.report()).toMatchObject({ standing: 'measuring', p99Ms: null, decisions: [] });
  serve(roomy);
  serve(roomy);
  expect(batcher.rules).toMatchObject({ rowsMax: 16, preferredRows: [16] });
  const { decisions, standing, objectiveMs } = automatic.report();
  expect({ standing, objectiveMs }).toEqual({ standing: 'held', objectiveMs: 20 });
  expect(decisions).toEqual([
    {
      what: 'rows',
      chosen: '16 rows',
      because: expect.stringMatching(/^p99 is [\d.]+ ms of 20 ms, 100 % of the batches were full/),
      atMs: expect.any(Number),
    },
  ]);
  expect(JSON.stringify(log.lines)).toContain('16 rows: p99 is');
  automatic.stop();
});

test('too few requests say nothing', () => {
  const { automatic, batcher, serve } = setUp();
  const rare = { ...roomy, latencyMs: 100, rows: 1, runMs: 2_000 };
  for (let round = 0; round < 100; round += 1) serve(rare, 2_000);
  expect(automatic.report().p99Ms).toBeNull();
  expect(batcher.rules.rowsMax).toBe(8);
  automatic.stop();
});

const crowded: Served = { latencyMs: 90, rows: 8, runMs: 8, full: true };

test('instances are asked for, and what happens while they load is no evidence', async () => {
  const loaded = Promise.withResolvers<void>();
  const asked: number[] = [];
  const fixed = { rows: true, delay: true, instances: false };
  const { automatic, serve } = setUp({ fixed }, (instances) => {
    asked.push(instances);
    return loaded.promise;
  });
  serve(crowded);
  expect(asked).toEqual([2]);
  for (let round = 0; round < 10; round += 1) serve(crowded);
  expect(automatic.report().decisions).toHaveLength(1);
  loaded.resolve();
  await new Promise(setImmediate);
  serve({ ...crowded, latencyMs: 10, runMs: 4 });
  serve({ ...crowded, latencyMs: 10, runMs: 4 });
  expect(automatic.report()).toMatchObject({ standing: 'held', choice: { instances: 2 } });
  automatic.stop();
});

test('instances that cannot be had are taken off the choice, with what kept them away', async () => {
  const fixed = { rows: true, delay: true, instances: false };
  const refusal = new ClusterError('MODEL_NOT_READY', 'no memory for it');
  const { automatic, serve, log } = setUp({ fixed }, () => Promise.reject(refusal));
  serve(crowded);
  await new Promise(setImmediate);
  expect(automatic.report()).toMatchObject({
    choice: { instances: 1 },
    decisions: [{ chosen: '2 instances' }, { chosen: '1 instance', because: 'no memory for it' }],
  });
  expect(JSON.stringify(log.lines)).toContain('the model could not be given 2 instances');
  automatic.stop();
});

test('only the last decisions are kept', () => {
  const { automatic, serve } = setUp({ fixed: { rows: true, delay: true, instances: true } });
  for (let turn = 0; turn < 12; turn += 1) {
    for (let round = 0; round < 3; round += 1) serve(crowded);
    for (let round = 0; round < 5; round += 1) serve(roomy);
  }
  const { decisions } = automatic.report();
  expect(decisions).toHaveLength(20);
  expect(decisions.map(({ chosen }) => chosen).slice(-2)).toEqual(['20 ms cannot be held', '20 ms is held']);
  automatic.stop();
});
