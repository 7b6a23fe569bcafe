import {
  SimulatedServer,
  type SimulatedLoad,
  type SimulatedModel,
} from '@cluster-ai/testkit/queueing/simulated-server.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BatchChooser, type BatchingDecision, type ChoiceLimits } from './choose-batch-rules.ts';
import type { ServedWindow } from './served-window.ts';

const windowMs = 500;
const free = { rows: false, delay: false, instances: false };

function limits(objectiveMs: number, more: Partial<ChoiceLimits> = {}): ChoiceLimits {
  return { objectiveMs, given: { rowsMax: 64, delayMs: 0, instances: 1 }, fixed: free, instancesMax: 1, ...more };
}

interface Served {
  readonly windows: readonly ServedWindow[];
  readonly decisions: readonly (BatchingDecision & { readonly atWindow: number })[];
  readonly chooser: BatchChooser;
  readonly server: SimulatedServer;
}

/** Lets a chooser serve so many windows of half a second. */
function serve(
  model: SimulatedModel,
  load: SimulatedLoad,
  { limits: given, count, seed = 1 }: { readonly limits: ChoiceLimits; readonly count: number; readonly seed?: number },
): Served {
  const chooser = new BatchChooser(given);
  const server = new SimulatedServer(model, load, chooser.choice, seed);
  return goOn({ windows: [], decisions: [], chooser, server }, count);
}

function goOn({ chooser, server, ...before }: Served, count: number): Served {
  const windows = [...before.windows];
  const decisions = [...before.decisions];
  for (let index = 0; index < count; index += 1) {
    const window = server.serve(windowMs);
    windows.push(window);
    if (window.rows === 0) continue;
    const decision = chooser.next(window);
    if (decision === null) continue;
    decisions.push({ ...decision, atWindow: windows.length });
    server.adopt(chooser.choice);
  }
  return { windows, decisions, chooser, server };
}

const perSecond = ({ rows }: ServedWindow): number => (rows * 1_000) / windowMs;

/** A model, and a load of which a part of its capacity in batches of so many rows is asked. */
const bearable = fc.record({
  fixedMs: fc.double({ min: 0.2, max: 5, noNaN: true }),
  perRowMs: fc.double({ min: 0.03, max: 1, noNaN: true }),
  rows: fc.constantFrom(1, 2, 4, 8, 16, 32),
  // Above half of it, one window in ten is over by chance where batches make no row cheaper.
  asked: fc.double({ min: 0.1, max: 0.5, noNaN: true }),
  seed: fc.nat(),
});

describe('batches for an objective', () => {
  test('it is held where it can be, and choices come to rest', () => {
    fc.assert(
      fc.property(bearable, ({ fixedMs, perRowMs, rows, asked, seed }) => {
        const runMs = fixedMs + perRowMs * rows;
        const load = { perSecond: Math.min(2_000, (asked * rows * 1_000) / runMs) };
        const objectiveMs = 6 * runMs;
        const { windows, decisions, chooser } = serve({ fixedMs, perRowMs }, load, {
          limits: limits(objectiveMs),
          count: 120,
          seed,
        });
        const last = windows.slice(-40).filter(({ rows: served }) => served > 0);
        const over = last.filter(({ latencyP99Ms }) => latencyP99Ms > objectiveMs);
        expect(over.length).toBeLessThanOrEqual(last.length / 10);
        expect(chooser.standing).not.toBe('missed');
        // Rows and delay are tried again after 40 windows and then 80, and taken back: twice two each at most.
        expect(decisions.filter(({ atWindow }) => atWindow > 60).length).toBeLessThanOrEqual(8);
      }),
      { numRuns: 15 },
    );
  });

  test('under any load, also one that is too much, what is changed becomes rare', () => {
    const any = fc.record({
      model: fc.record({
        fixedMs: fc.double({ min: 0.1, max: 20, noNaN: true }),
        perRowMs: fc.double({ min: 0.05, max: 2, noNaN: true }),
        cores: fc.constantFrom(1, 2),
      }),
      load: fc.oneof(
        fc.record({ perSecond: fc.double({ min: 20, max: 1_500, noNaN: true }) }),
        fc.record({ clients: fc.integer({ min: 1, max: 100 }) }),
      ),
      objectiveMs: fc.double({ min: 1, max: 200, noNaN: true }),
      seed: fc.nat(),
    });
    fc.assert(
      fc.property(any, ({ model, load, objectiveMs, seed }) => {
        const { decisions } = serve(model, load, {
          limits: limits(objectiveMs, { instancesMax: 2 }),
          count: 200,
          seed,
        });
        expect(decisions.filter(({ atWindow }) => atWindow > 100).length).toBeLessThanOrEqual(14);
      }),
      { numRuns: 12 },
    );
  });

  test('whatever it is told, it stays within its limits and leaves alone what is fixed', () => {
    const times = fc.double({ min: 0, max: 500, noNaN: true });
    const window = fc.record({
      durationMs: fc.integer({ min: 100, max: 5_000 }),
      rows: fc.integer({ min: 1, max: 10_000 }),
      batches: fc.integer({ min: 1, max: 1_000 }),
      fullBatches: fc.integer({ min: 0, max: 1_000 }),
      latencyP99Ms: times,
      queueP99Ms: times,
      busyMs: fc.double({ min: 0, max: 20_000, noNaN: true }),
      runs: fc.array(
        fc.record({
          rows: fc.integer({ min: 1, max: 64 }),
          count: fc.nat(100),
          meanMs: fc.double({ min: 0.01, max: 100, noNaN: true }),
        }),
        { maxLength: 4 },
      ),
    });
    const fixed = fc.record({ rows: fc.boolean(), delay: fc.boolean(), instances: fc.boolean() });
    const given = { rowsMax: 48, delayMs: 3, instances: 2 };
    fc.assert(
      fc.property(fc.array(window, { maxLength: 60 }), fixed, (windows, hands) => {
        const chooser = new BatchChooser(limits(20, { given, fixed: hands, instancesMax: 4 }));
        for (const served of windows) {
          chooser.next(served);
          const { rowsMax, delayMs, instances } = chooser.choice;
          expect(rowsMax).toBeGreaterThanOrEqual(1);
          expect(rowsMax).toBeLessThanOrEqual(given.rowsMax);
          expect(delayMs).toBeLessThanOrEqual(5);
          expect(instances).toBeGreaterThanOrEqual(2);
          expect(instances).toBeLessThanOrEqual(4);
          if (hands.rows) expect(rowsMax).toBe(given.rowsMax);
          if (hands.delay) expect(delayMs).toBe(given.delayMs);
          if (hands.instances) expect(instances).toBe(given.instances);
        }
      }),
    );
  });

  test('larger batches are taken where they bring more', () => {
    const { windows, decisions, chooser } = serve(
      { fixedMs: 4, perRowMs: 0.1 },
      { clients: 64 },
      { limits: limits(60), count: 60 },
    );
    const [first, last] = [windows[0], windows.at(-1)];
    expect(first).toBeDefined();
    expect(last).toBeDefined();
    if (first === undefined || last === undefined) return;
    expect(perSecond(last)).toBeGreaterThan(1.7 * perSecond(first));
    expect(chooser.choice.rowsMax).toBeGreaterThanOrEqual(16);
    expect(chooser.standing).toBe('held');
    expect(decisions[0]?.because).toMatch(/^p99 is \d+ ms of 60 ms, 100 % of the batches were full, and 16 rows/);
  });

  test('batches whose runs are too long for the objective become smaller', () => {
    const { windows, decisions, chooser } = serve(
      { fixedMs: 0.1, perRowMs: 1 },
      { perSecond: 850 },
      { limits: limits(18), count: 60, seed: 7 },
    );
    expect(decisions.map(({ what }) => what)).toContain('rows');
    expect(chooser.choice.rowsMax).toBeLessThan(8);
    expect(windows.slice(-20).filter(({ latencyP99Ms }) => latencyP99Ms > 18).length).toBeLessThan(12);
  });

  test('instances are added where there are cores for them, and not kept where there are none', () => {
    const load = { perSecond: 1_400 };
    const given = { limits: limits(30, { instancesMax: 2 }), count: 60 };
    const two = serve({ fixedMs: 0.05, perRowMs: 1, cores: 2 }, load, given);
    expect(two.chooser.choice.instances).toBe(2);
    expect(two.chooser.standing).toBe('held');
    const one = serve({ fixedMs: 0.05, perRowMs: 1, cores: 1 }, load, given);
    expect(one.chooser.choice.instances).toBe(1);
    expect(one.chooser.standing).toBe('missed');
    expect(one.decisions.find(({ what }) => what === 'objective')).toMatchObject({
      chosen: '30 ms cannot be held',
      because: expect.stringMatching(/^p99 is \d+ ms: 1 instance is busy for (99|100) % of the time .* neither larger/),
    });
  });

  test('an objective below one run is said to be out of reach', () => {
    const { decisions } = serve({ fixedMs: 20, perRowMs: 1 }, { perSecond: 20 }, { limits: limits(15), count: 10 });
    expect(decisions).toEqual([
      {
        what: 'objective',
        chosen: '15 ms cannot be held',
        because: expect.stringMatching(/a run of one row alone takes 2\d ms$/),
        atWindow: expect.any(Number),
      },
    ]);
  });

  test('what was taken for a load is given back when the load has gone', () => {
    const busy = serve({ fixedMs: 2, perRowMs: 0.1 }, { perSecond: 400 }, { limits: limits(60), count: 60 });
    expect(busy.chooser.choice.delayMs).toBeGreaterThan(0);
    busy.server.load = { perSecond: 40 };
    const calm = goOn(busy, 20);
    expect(calm.chooser.choice.delayMs).toBe(0);
    expect(calm.decisions.at(-1)?.because).toMatch(
      /rows come a second, less than half of the \d+ for which batches waited$/,
    );
  });

  test('a load that was too much and has gone leaves an objective that is held', () => {
    const much = serve({ fixedMs: 1, perRowMs: 1 }, { perSecond: 1_300 }, { limits: limits(40), count: 20 });
    expect(much.chooser.standing).toBe('missed');
    much.server.load = { perSecond: 100 };
    const after = goOn(much, 60);
    expect(after.chooser.standing).toBe('held');
    expect(after.decisions.at(-1)).toMatchObject({ what: 'objective', chosen: '40 ms is held' });
  });
});
