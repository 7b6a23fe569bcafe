import type { TrafficCounters } from '@cluster-ai/contract/telemetry.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bucketRequestsMax, foldReport, silenceMsMax } from './fold.ts';
import type { FoldedPoint, GatewayState, SeriesState } from './fold.ts';

const beginMs = 1_700_000_000_000;

/** What the database keeps of one gateway, folded as the control plane does. */
class History {
  gateway: GatewayState | null = null;
  readonly series = new Map<string, SeriesState>();
  readonly points: FoldedPoint[] = [];
  measuredMs = 0;

  /** @returns whether the gateway must tell all. */
  take(report: SentCounters, nowMs: number): boolean {
    const { startedAtMs, counters } = report;
    const folded = foldReport({ gateway: this.gateway, series: [...this.series.values()], ...report, nowMs });
    if (folded.kind !== 'folded') return folded.kind === 'incomplete';
    this.points.push(...folded.points);
    for (const { durationMs } of folded.measured) this.measuredMs += durationMs;
    this.gateway = { startedAtMs, elapsedMs: counters.elapsedMs, foldedAtMs: nowMs };
    for (const variant of counters.variants) {
      this.series.set(`${variant.route} ${variant.modelId}`, { ...variant, startedAtMs });
    }
    return false;
  }

  total(pick: (point: FoldedPoint) => number): number {
    return this.points.reduce((sum, point) => sum + pick(point), 0);
  }
}

interface SentCounters {
  readonly startedAtMs: number;
  readonly counters: TrafficCounters;
}

function report(
  startedAtMs: number,
  elapsedMs: number,
  latency: number[],
  options: { errors?: number; faults?: number; complete?: boolean; route?: string } = {},
): SentCounters {
  const { errors = 0, faults = 0, complete = false, route = 'iris' } = options;
  const variants = latency.length === 0 ? [] : [{ route, modelId: `${route}@1`, errors, faults, latency }];
  return { startedAtMs, counters: { elapsedMs, complete, variants } };
}

test('the first report of a young process counts from its start', () => {
  const history = new History();
  expect(history.take(report(beginMs, 3_000, [2, 5], { complete: true, errors: 3, faults: 1 }), beginMs + 3_000)).toBe(
    false,
  );
  expect(history.points).toEqual([
    { route: 'iris', modelId: 'iris@1', bucketMs: beginMs, requests: 7, errors: 3, faults: 1, latency: [2, 5] },
  ]);
  expect(history.measuredMs).toBe(3_000);
});

test('the next report counts the difference, over the time between the two', () => {
  const history = new History();
  history.take(report(beginMs, 3_000, [2, 5], { complete: true }), beginMs + 3_000);
  history.take(report(beginMs, 5_000, [2, 6, 1]), beginMs + 5_000);
  expect(history.points[1]).toMatchObject({ requests: 2, latency: [0, 1, 1] });
  expect(history.measuredMs).toBe(5_000);
});

test('the same report again, and one that arrives late, change nothing', () => {
  const history = new History();
  const first = report(beginMs, 1_000, [1], { complete: true });
  const second = report(beginMs, 3_000, [2]);
  const third = report(beginMs, 5_000, [3]);
  history.take(first, beginMs + 1_000);
  history.take(third, beginMs + 5_000);
  history.take(second, beginMs + 5_100);
  history.take(third, beginMs + 5_200);
  expect(history.total(({ requests }) => requests)).toBe(3);
  expect(history.measuredMs).toBe(5_000);
});

test('a process that has started again begins at 0', () => {
  const history = new History();
  history.take(report(beginMs, 1_000, [100], { complete: true }), beginMs + 1_000);
  history.take(report(beginMs + 2_000, 1_000, [4], { complete: true }), beginMs + 3_000);
  expect(history.total(({ requests }) => requests)).toBe(104);
  // What the process before it sent last arrives late.
  history.take(report(beginMs, 1_500, [101]), beginMs + 3_100);
  expect(history.total(({ requests }) => requests)).toBe(104);
});

test('a process that is not known must tell all, and a long-running one only sets where counting begins', () => {
  const history = new History();
  const hourMs = 3_600_000;
  expect(history.take(report(beginMs, hourMs, [1_000]), beginMs + hourMs)).toBe(true);
  expect(history.take(report(beginMs, hourMs + 50, [1_000], { complete: true }), beginMs + hourMs + 50)).toBe(false);
  expect(history.points).toEqual([]);
  history.take(report(beginMs, hourMs + 2_050, [1_003]), beginMs + hourMs + 2_050);
  expect(history.total(({ requests }) => requests)).toBe(3);
  expect(history.measuredMs).toBe(2_000);
});

test('a silence is made up for evenly when it was short, and stays a gap when it was long', () => {
  const history = new History();
  history.take(report(beginMs, 1_000, [1], { complete: true }), beginMs + 1_000);
  history.take(report(beginMs, 61_000, [61]), beginMs + 61_000);
  expect(history.total(({ requests }) => requests)).toBe(61);
  for (const { requests } of history.points.slice(1)) expect(requests).toBeLessThanOrEqual(11);
  const longMs = silenceMsMax + 62_000;
  expect(history.take(report(beginMs, longMs, [5_000]), beginMs + longMs)).toBe(true);
  expect(history.take(report(beginMs, longMs + 50, [5_000], { complete: true }), beginMs + longMs + 50)).toBe(false);
  expect(history.total(({ requests }) => requests)).toBe(61);
  expect(history.measuredMs).toBe(61_000);
});

test('of two processes under one name the later one counts, and the other one is not counted twice afterwards', () => {
  const history = new History();
  history.take(report(beginMs, 1_000, [10], { complete: true }), beginMs + 1_000);
  history.take(report(beginMs + 1_000, 500, [1], { complete: true }), beginMs + 1_500);
  history.take(report(beginMs, 3_000, [30]), beginMs + 3_000);
  expect(history.total(({ requests }) => requests)).toBe(11);
  // The later one has gone.
  expect(history.take(report(beginMs, 20_000, [200]), beginMs + 20_000)).toBe(true);
  history.take(report(beginMs, 20_100, [200], { complete: true }), beginMs + 20_100);
  history.take(report(beginMs, 22_000, [220]), beginMs + 22_000);
  expect(history.total(({ requests }) => requests)).toBe(31);
});

/** One step in the life of a gateway. */
const anyStep = fc.record({
  afterMs: fc.integer({ min: 1, max: 60_000 }),
  route: fc.constantFrom('a', 'b', 'c'),
  latency: fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 10 }),
  errorRatio: fc.double({ min: 0, max: 1, noNaN: true }),
  restart: fc.boolean(),
  fate: fc.constantFrom('arrives', 'arrives', 'is lost', 'arrives twice', 'comes late', 'answer is lost'),
});

test('whatever is lost, repeated, late or restarted: what was reported is counted once, and the rest when it is', () => {
  fc.assert(
    fc.property(fc.array(anyStep, { minLength: 1, maxLength: 40 }), (steps) => {
      const history = new History();
      let nowMs = beginMs;
      let startedAtMs = beginMs;
      let complete = true;
      let variants = new Map<string, TrafficCounters['variants'][number]>();
      let late: SentCounters | null = null;
      let reported = 0;
      let endedBefore = 0;
      const requests = (): number =>
        [...variants.values()].reduce(
          (sum, { latency }) => sum + latency.reduce((total, count) => total + count, 0),
          0,
        );
      for (const step of steps) {
        if (step.restart) {
          endedBefore += reported;
          reported = 0;
          startedAtMs = nowMs;
          variants = new Map();
          complete = true;
        }
        nowMs += step.afterMs;
        const before = variants.get(step.route);
        const added = step.latency.reduce((sum, count) => sum + count, 0);
        const length = Math.max(before?.latency.length ?? 0, step.latency.length);
        variants.set(step.route, {
          route: step.route,
          modelId: `${step.route}@1`,
          errors: (before?.errors ?? 0) + Math.floor(added * step.errorRatio),
          faults: before?.faults ?? 0,
          latency: Array.from({ length }, (_, i) => (before?.latency[i] ?? 0) + (step.latency[i] ?? 0)),
        });
        const sent: SentCounters = {
          startedAtMs,
          counters: { elapsedMs: nowMs - startedAtMs, complete, variants: [...variants.values()] },
        };
        if (step.fate === 'is lost') continue;
        if (step.fate === 'comes late') {
          late = sent;
          continue;
        }
        const wantsAll = history.take(sent, nowMs);
        expect(wantsAll).toBe(false);
        reported = requests();
        if (step.fate !== 'answer is lost') complete = false;
        if (step.fate === 'arrives twice') history.take(sent, nowMs + 1);
        if (late !== null) history.take(late, nowMs + 2);
        late = null;
      }
      expect(history.total((point) => point.requests)).toBe(endedBefore + reported);
      expect(history.total(({ latency }) => latency.reduce((sum, count) => sum + count, 0))).toBe(
        endedBefore + reported,
      );
      for (const point of history.points) expect(point.errors).toBeLessThanOrEqual(point.requests);
      expect(history.measuredMs).toBeLessThanOrEqual(nowMs - beginMs);
    }),
  );
});

test('more requests than there can have been are refused, and name whose they are', () => {
  const history = new History();
  const first = report(beginMs, 1_000, [1], { complete: true });
  history.take(first, beginMs + 1_000);
  const most = report(beginMs, 2_000, [1, bucketRequestsMax]);
  const before = history.points.length;
  expect(() => history.take(report(beginMs, 2_000, [1, bucketRequestsMax + 1]), beginMs + 2_000)).toThrow(
    expect.objectContaining({
      code: 'INVALID_ARGUMENT',
      message: `the counters of route "iris", model "iris@1", grew by ${bucketRequestsMax + 1} requests within 10 seconds; at most ${bucketRequestsMax} are believed`,
    }),
  );
  expect(history.points).toHaveLength(before);
  expect(history.take(most, beginMs + 2_000)).toBe(false);
});
