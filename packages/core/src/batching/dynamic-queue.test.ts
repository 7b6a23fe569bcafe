import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DynamicBatching, QueuePolicy } from '../model-configuration/model-configuration.ts';
import { QueuePlace } from './batch-queue.ts';
import { batchRules, levelOf, type BatchRules } from './batch-rules.ts';
import { DynamicQueue, type Expiry, type FormedBatch } from './dynamic-queue.ts';
import { plainDynamicBatching } from './plain-dynamic-batching.ts';

interface Request {
  readonly id: number;
  readonly batchKey: string | null;
  readonly rows: number;
  readonly enqueuedAtMs: number;
  readonly deadlineAtMs: number;
  readonly place: QueuePlace<Request>;
}

const policy: QueuePolicy = {
  timeoutAction: 'REJECT',
  defaultTimeoutMicroseconds: 0,
  allowTimeoutOverride: false,
  maxQueueSize: 0,
};

/** A queue, and requests that come by themselves at the time of the call. */
class Scene {
  nowMs = 100;
  readonly expired: [number, Expiry][] = [];
  readonly queue: DynamicQueue<Request>;
  private ids = 0;

  constructor(batching: Partial<DynamicBatching> = {}, rowsMax = 8) {
    const rules = batchRules({ ...plainDynamicBatching, ...batching }, rowsMax);
    this.queue = new DynamicQueue<Request>(rules, ({ id }, why) => this.expired.push([id, why]));
  }

  come(
    options: {
      readonly key?: string | null;
      readonly rows?: number;
      readonly level?: number;
      readonly timeoutUs?: number;
      readonly withinMs?: number;
    } = {},
  ): Request {
    const { key = 'a', rows = 1, level = 0, timeoutUs = 0, withinMs = 10_000 } = options;
    const request: Request = {
      id: (this.ids += 1),
      batchKey: key,
      rows,
      enqueuedAtMs: this.nowMs,
      deadlineAtMs: this.nowMs + withinMs,
      place: new QueuePlace<Request>(),
    };
    this.queue.add(request, level, timeoutUs);
    return request;
  }

  next(reserveMs = 0): FormedBatch<Request> | number | null {
    const found = this.queue.next(this.nowMs, reserveMs);
    return found?.kind === 'wait' ? found.untilMs : found;
  }

  /** Ids and reason of the batch that goes now; the time until which there is none; null when nobody waits. */
  told(reserveMs = 0): [readonly number[], string] | number | null {
    const found = this.next(reserveMs);
    return found === null || typeof found === 'number' ? found : [found.entries.map(({ id }) => id), found.reason];
  }
}

describe('without a delay', () => {
  test('what waits goes at once, oldest first, never more than the maximum, each kind by itself', () => {
    const scene = new Scene({}, 4);
    expect(scene.told()).toBeNull();
    for (const rows of [1, 2, 2, 1]) scene.come({ rows });
    scene.come({ key: 'b' });
    scene.come({ key: null });
    scene.come({ key: 'b' });
    expect(scene.told()).toEqual([[1, 2], 'full']);
    expect(scene.told()).toEqual([[3, 4], 'shape']);
    expect(scene.told()).toEqual([[5, 7], 'shape']);
    expect(scene.told()).toEqual([[6], 'alone']);
    expect(scene.told()).toBeNull();
    scene.come();
    expect(scene.told()).toEqual([[8], 'idle']);
  });

  test('one that is larger than the maximum goes alone', () => {
    const scene = new Scene({}, 4);
    for (const rows of [9, 1]) scene.come({ rows });
    expect(scene.told()).toEqual([[1], 'full']);
    expect(scene.told()).toEqual([[2], 'idle']);
  });

  test('where nothing may be merged, each goes alone', () => {
    const scene = new Scene({}, 0);
    for (const _ of [1, 2]) scene.come();
    expect([scene.told(), scene.told()]).toEqual([
      [[1], 'alone'],
      [[2], 'alone'],
    ]);
  });

  test('the largest preferred number of rows that there is goes, and what is left after it', () => {
    const scene = new Scene({ preferredBatchSizes: [2, 4] }, 8);
    for (let count = 0; count < 7; count += 1) scene.come();
    expect([scene.told(), scene.told(), scene.told()]).toEqual([
      [[1, 2, 3, 4], 'preferred'],
      [[5, 6], 'preferred'],
      [[7], 'idle'],
    ]);
  });
});

describe('with a delay', () => {
  const delayed = { maxQueueDelayMicroseconds: 5_000 };

  test('the oldest waits for others until its time is over, and all that are there go with it', () => {
    const scene = new Scene(delayed);
    scene.come();
    expect(scene.told()).toBe(105);
    scene.nowMs = 103;
    scene.come();
    expect(scene.told()).toBe(105);
    scene.nowMs = 105;
    expect(scene.told()).toEqual([[1, 2], 'delay']);
  });

  test('a full batch, or one of a preferred size, does not wait', () => {
    const scene = new Scene({ ...delayed, preferredBatchSizes: [3] }, 4);
    for (let count = 0; count < 3; count += 1) scene.come();
    expect(scene.told()).toEqual([[1, 2, 3], 'preferred']);
    for (const rows of [2, 2]) scene.come({ rows });
    expect(scene.told()).toEqual([[4], 'preferred']);
    expect(scene.told()).toBe(105);
  });

  test('while the oldest of one kind wait, another kind of which there is enough goes', () => {
    const scene = new Scene(delayed, 2);
    for (const key of ['a', 'b', 'b']) scene.come({ key });
    expect(scene.told()).toEqual([[2, 3], 'full']);
    expect(scene.told()).toBe(105);
  });

  test('a request that must run alone does not wait', () => {
    const scene = new Scene(delayed);
    scene.come({ key: null });
    expect(scene.told()).toEqual([[1], 'alone']);
  });

  test('nobody waits into the time that is needed before its deadline', () => {
    const scene = new Scene(delayed);
    scene.come({ withinMs: 4 });
    expect(scene.told(1)).toBe(102);
    scene.nowMs = 102;
    expect(scene.told(1)).toEqual([[1], 'deadline']);
    // A quarter of the time is kept in any case, and more where runs take longer.
    scene.come({ withinMs: 4.8 });
    expect(scene.told(0)).toBeCloseTo(102 + 4.8 - 1.2 - 1);
    expect(scene.told(2)).toBeCloseTo(102 + 4.8 - 2 - 1);
  });

  test('other rules hold from the moment on at which they are given', () => {
    const scene = new Scene();
    scene.queue.adopt(batchRules({ ...plainDynamicBatching, ...delayed }, 2));
    scene.come();
    expect(scene.told()).toBe(105);
    scene.come();
    expect(scene.told()).toEqual([[1, 2], 'full']);
  });
});

describe('priority', () => {
  const levels = { priorityLevels: 3, defaultPriorityLevel: 2 };

  test('lower numbers go first, and a batch takes the next levels with it', () => {
    const scene = new Scene(levels, 2);
    for (const level of [3, 2, 1, 2]) scene.come({ level });
    expect([scene.told(), scene.told()]).toEqual([
      [[3, 2], 'priority'],
      [[4, 1], 'full'],
    ]);
  });

  test('0, nothing, and levels that do not exist mean the default', () => {
    const rules = batchRules({ ...plainDynamicBatching, ...levels }, 8);
    expect([0, undefined, 4, 2n ** 63n, 'x', 1, 3n].map((priority) => levelOf(rules, priority))).toEqual([
      2, 2, 2, 2, 2, 1, 3,
    ]);
    expect(levelOf(batchRules(null, 8), 1)).toBe(0);
  });
});

describe('queue policies', () => {
  test('a level with as many requests as it may have is full, whatever the others have', () => {
    const scene = new Scene({
      priorityLevels: 2,
      defaultPriorityLevel: 1,
      defaultQueuePolicy: { ...policy, maxQueueSize: 2 },
      priorityQueuePolicies: [{ level: 2, policy: { ...policy, maxQueueSize: 1 } }],
    });
    const fullness = (): unknown[] => [1, 2].map((level) => scene.queue.fullAt(level));
    scene.come({ level: 1 });
    expect(fullness()).toEqual([null, null]);
    scene.come({ level: 2 });
    expect(fullness()).toEqual([null, 1]);
    scene.come({ level: 1 });
    expect(fullness()).toEqual([2, 1]);
    scene.next();
    expect(fullness()).toEqual([null, null]);
  });

  test('REJECT lets requests go that have waited for too long', () => {
    const scene = new Scene({ defaultQueuePolicy: { ...policy, defaultTimeoutMicroseconds: 2_000 } });
    scene.come();
    scene.nowMs = 102.5;
    scene.come();
    expect(scene.told()).toEqual([[2], 'idle']);
    expect(scene.expired).toEqual([[1, 'queue-timeout']]);
  });

  test('DELAY lets them wait on, behind the others of their level and before the next level', () => {
    const timeoutAction = 'DELAY' as const;
    const scene = new Scene(
      {
        priorityLevels: 2,
        defaultPriorityLevel: 1,
        defaultQueuePolicy: { ...policy, timeoutAction, defaultTimeoutMicroseconds: 2_000 },
      },
      1,
    );
    scene.come({ level: 1 });
    scene.nowMs = 103;
    scene.come({ level: 2 });
    scene.come({ level: 1 });
    expect([scene.told(), scene.told(), scene.told()].map((told) => (Array.isArray(told) ? told[0] : told))).toEqual([
      [3],
      [1],
      [2],
    ]);
    expect(scene.expired).toEqual([]);
  });

  test.each([
    ['may make the time shorter', true, 5_000, 2_000, 102],
    ['cannot make it longer', true, 2_000, 5_000, 102],
    ['may set one where there is none', true, 0, 2_000, 102],
    ['changes nothing where it may not', false, 5_000, 2_000, 105],
    ['of 0 is none', true, 5_000, 0, 105],
  ])('a timeout of a request %s', (_what, allowTimeoutOverride, defaultTimeoutMicroseconds, timeoutUs, overAtMs) => {
    const scene = new Scene({ defaultQueuePolicy: { ...policy, allowTimeoutOverride, defaultTimeoutMicroseconds } });
    scene.come({ timeoutUs });
    scene.nowMs = overAtMs;
    scene.queue.expire(scene.nowMs);
    expect(scene.expired).toEqual([]);
    scene.nowMs = overAtMs + 0.001;
    scene.queue.expire(scene.nowMs);
    expect(scene.expired).toEqual([[1, 'queue-timeout']]);
  });

  test('a batch goes before the time of one of its requests is over', () => {
    const scene = new Scene({
      maxQueueDelayMicroseconds: 50_000,
      defaultQueuePolicy: { ...policy, defaultTimeoutMicroseconds: 20_000 },
    });
    scene.come();
    expect(scene.told()).toBe(119);
  });
});

/** What may happen, one after another. */
const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('come' as const),
      key: fc.constantFrom('a', 'a', 'a', 'b', 'c', null),
      rows: fc.integer({ min: 1, max: 5 }),
      level: fc.integer({ min: 1, max: 3 }),
      timeoutUs: fc.constantFrom(0, 0, 1_000, 7_000),
      withinMs: fc.constantFrom(3, 20, 10_000),
    }),
  },
  { weight: 3, arbitrary: fc.constant({ kind: 'next' as const }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.constantFrom(0.2, 1, 4) }) },
  { weight: 1, arbitrary: fc.constantFrom({ kind: 'leave' as const }, { kind: 'return' as const }) },
);

const batchings = fc.record({
  preferredBatchSizes: fc.subarray([2, 3, 6]),
  maxQueueDelayMicroseconds: fc.constantFrom(0, 2_000, 8_000),
  priorityLevels: fc.constant(3),
  defaultPriorityLevel: fc.constant(2),
  defaultQueuePolicy: fc.record({
    timeoutAction: fc.constantFrom('REJECT' as const, 'DELAY' as const),
    defaultTimeoutMicroseconds: fc.constantFrom(0, 5_000),
    allowTimeoutOverride: fc.boolean(),
    maxQueueSize: fc.constant(0),
  }),
});

function judgeBatch({ entries, reason }: FormedBatch<Request>, rules: BatchRules, nowMs: number): void {
  const rows = entries.reduce((sum, entry) => sum + entry.rows, 0);
  expect(entries.length).toBeGreaterThan(0);
  expect(new Set(entries.map(({ batchKey }) => batchKey)).size).toBe(1);
  if (entries.length > 1) expect(rows).toBeLessThanOrEqual(rules.rowsMax);
  if (entries[0]?.batchKey === null) expect([entries.length, reason]).toEqual([1, 'alone']);
  const order = entries.map(({ place }) => place.level);
  expect(order).toEqual(order.toSorted((left, right) => left - right));
  for (const entry of entries) {
    expect(entry.deadlineAtMs).toBeGreaterThan(nowMs);
    expect(entry.place.timeoutAtMs).toBeGreaterThanOrEqual(nowMs);
  }
  if (reason === 'delay') {
    const oldestAtMs = Math.min(...entries.map(({ enqueuedAtMs }) => enqueuedAtMs));
    expect(nowMs).toBeGreaterThanOrEqual(oldestAtMs + rules.delayMs);
  }
  if (reason === 'idle' || reason === 'shape') expect(rules.delayMs).toBe(0);
}

test('in every course of events each request leaves once, in batches that keep the rules, and none is forgotten', () => {
  fc.assert(
    fc.property(
      batchings,
      fc.integer({ min: 1, max: 7 }),
      fc.array(step, { maxLength: 80 }),
      (batching, rowsMax, steps) => {
        const scene = new Scene(batching, rowsMax);
        const { rules } = scene.queue;
        const waiting = new Map<number, Request>();
        const taken: Request[] = [];
        const settle = (): FormedBatch<Request> | number | null => {
          const found = scene.next(1);
          for (const [id] of scene.expired.splice(0)) {
            const gone = waiting.get(id);
            expect(gone).toBeDefined();
            const overAtMs = Math.min(gone?.deadlineAtMs ?? 0, (gone?.enqueuedAtMs ?? 0) + 1);
            expect(scene.nowMs).toBeGreaterThan(overAtMs - 1e-9);
            waiting.delete(id);
          }
          if (found === null || typeof found === 'number') return found;
          judgeBatch(found, rules, scene.nowMs);
          for (const entry of found.entries) expect(waiting.delete(entry.id)).toBe(true);
          taken.push(...found.entries);
          return found;
        };
        for (const event of steps) {
          if (event.kind === 'come') {
            const request = scene.come(event);
            waiting.set(request.id, request);
          } else if (event.kind === 'pass') scene.nowMs += event.ms;
          else if (event.kind === 'leave') {
            const [first] = waiting.values();
            if (first === undefined) continue;
            scene.queue.remove(first);
            waiting.delete(first.id);
          } else if (event.kind === 'return') {
            const last = taken.pop();
            if (last === undefined) continue;
            scene.queue.putBack([last]);
            waiting.set(last.id, last);
          } else settle();
          expect(scene.queue.length).toBe(waiting.size);
        }
        // Whoever waits for the times that are told sees everybody leave.
        for (let round = 0; scene.queue.length > 0; round += 1) {
          expect(round).toBeLessThan(1_000);
          const found = settle();
          if (typeof found !== 'number') continue;
          expect(rules.delayMs).toBeGreaterThan(0);
          expect(found).toBeGreaterThan(scene.nowMs);
          const oldestAtMs = Math.min(...[...waiting.values()].map(({ enqueuedAtMs }) => enqueuedAtMs));
          expect(found).toBeLessThanOrEqual(oldestAtMs + rules.delayMs);
          scene.nowMs = found;
        }
        expect(waiting.size).toBe(0);
      },
    ),
    { numRuns: 400 },
  );
});

test('without delay and policies, batches are those of a list that is searched anew each time', () => {
  const request = fc.record({
    key: fc.constantFrom('a', 'b', null),
    rows: fc.integer({ min: 1, max: 5 }),
    level: fc.integer({ min: 1, max: 3 }),
  });
  fc.assert(
    fc.property(fc.array(request, { maxLength: 40 }), fc.integer({ min: 1, max: 9 }), (requests, rowsMax) => {
      const scene = new Scene({ priorityLevels: 3, defaultPriorityLevel: 1 }, rowsMax);
      let list = requests.map((wanted) => scene.come(wanted));
      while (list.length > 0) {
        const sorted = list.toSorted((left, right) => left.place.level - right.place.level || left.id - right.id);
        const [leader] = sorted;
        const expected: number[] = [];
        let rows = 0;
        for (const entry of sorted.filter(({ batchKey }) => batchKey === leader?.batchKey)) {
          if (expected.length > 0 && (entry.batchKey === null || rows + entry.rows > rowsMax)) break;
          expected.push(entry.id);
          rows += entry.rows;
        }
        const found = scene.next();
        if (found === null || typeof found === 'number') throw new Error('nothing goes, and requests wait');
        expect(found.entries.map(({ id }) => id)).toEqual(expected);
        list = list.filter(({ id }) => !expected.includes(id));
      }
      expect(scene.next()).toBeNull();
    }),
  );
});

test('with 8,192 waiting, to come and to go costs as little as with few, also when all have other shapes', () => {
  const elapsedMs: Record<string, number> = {};
  for (const keys of [1, 8_192]) {
    const scene = new Scene({ priorityLevels: 9, defaultPriorityLevel: 1, maxQueueDelayMicroseconds: 1_000 }, 64);
    const requests = Array.from({ length: 8_192 }, (_, index) =>
      scene.come({ key: `k${index % keys}`, level: 1 + (index % 9) }),
    );
    scene.nowMs += 2;
    const startedAtMs = performance.now();
    for (let round = 0; round < 10_000; round += 1) {
      const found = scene.next();
      if (found === null || typeof found === 'number') throw new Error('nobody goes');
      scene.queue.putBack(found.entries);
    }
    for (const request of requests) scene.queue.remove(request);
    elapsedMs[`${keys} kinds`] = performance.now() - startedAtMs;
    expect(scene.queue.length).toBe(0);
  }
  console.log(`10,000 batches off 8,192 waiting: ${JSON.stringify(elapsedMs)} ms`);
  for (const elapsed of Object.values(elapsedMs)) expect(elapsed).toBeLessThan(20_000);
});
