import { decideKey, bucketSizeOf, type KeyState } from '@cluster-ai/core/limits/key-limits.ts';
import { utcDayOf } from '@cluster-ai/core/limits/utc-day.ts';
import { Redis, redisScript } from '@cluster-ai/platform/redis/redis.ts';
import { MemoryLog } from '@cluster-ai/testkit/memory-log.ts';
import { startRedis, type RedisServer } from '@cluster-ai/testkit/redis/redis-server.ts';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { takeScriptText } from '@cluster-ai/gateway/limits/take-script.ts';
import { until } from '../start-platform.ts';

let server: RedisServer;
let redis: Redis;

beforeAll(async () => {
  server = await startRedis();
  redis = new Redis({
    url: server.url,
    clientName: 'test',
    connectTimeoutMs: 5_000,
    commandTimeoutMs: 5_000,
    log: new MemoryLog(),
  });
  redis.start();
  await until('Redis is connected', 5_000, () => redis.connected);
});

afterAll(async () => {
  await redis.stop();
  await server.remove();
});

/** The script of the gateway, at a time that the test gives. */
const script = redisScript(takeScriptText('{ ARGV[9], ARGV[10] }'));
const refusals = [null, 'rate', 'quota'];
let keys = 0;

interface Limits {
  readonly ratePerSecond: number | null;
  readonly burst: number | null;
  readonly dailyQuota: number | null;
}

interface Told {
  readonly run: string;
  readonly day: number;
  readonly own: number;
  readonly known?: number;
  readonly wants: 0 | 1;
}

function newKey(): string {
  keys += 1;
  return `key-${keys}`;
}

async function take(key: string, limits: Limits, wallMs: number, { run, day, own, known = own, wants }: Told) {
  const size = bucketSizeOf(limits);
  const numbers = [size?.perSecond ?? 0, size?.burst ?? 0, limits.dailyQuota ?? 0];
  const time = [Math.floor(wallMs / 1_000), Math.round((wallMs % 1_000) * 1_000)];
  const answer = await redis.run(script, [key], [...numbers, run, day, own, known, wants, ...time].map(String));
  const [refused = 0, tokens = 0, used = 0, mine = 0, nowMs = 0] = Array.isArray(answer) ? answer.map(Number) : [];
  return { refusedBy: refusals[refused], tokens, used, own: mine, nowMs };
}

const noon = 20_000.5 * 86_400_000;

test('Redis and a gateway alone decide alike, whatever the limits and times', async () => {
  const limits = fc.record({
    ratePerSecond: fc.option(fc.constantFrom(0.2, 1, 3, 7.5, 250)),
    burst: fc.option(fc.integer({ min: 1, max: 8 })),
    dailyQuota: fc.option(fc.integer({ min: 1, max: 30 })),
  });
  // Whole milliseconds, with steps that go past midnight, and a clock that stands still.
  const steps = fc.array(fc.constantFrom(0, 0, 1, 40, 333, 1_000, 4_999, 30_000_000), { minLength: 1, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(limits, steps, async (rule, waits) => {
      const key = newKey();
      let wallMs = noon;
      let day = utcDayOf(wallMs);
      let state: KeyState = { bucket: null, used: 0 };
      for (const wait of waits) {
        wallMs += wait;
        if (utcDayOf(wallMs) !== day) {
          day = utcDayOf(wallMs);
          // A bucket that was left alone for hours is full: the hash that held it is gone.
          state = { bucket: null, used: 0 };
        }
        const expected = decideKey(rule, state, wallMs);
        ({ state } = expected);
        const got = await take(key, rule, wallMs, { run: 'a', day, own: 0, wants: 1 });
        expect(got).toMatchObject({ refusedBy: expected.refusedBy, used: state.used, nowMs: wallMs });
        if (state.bucket !== null) expect(got.tokens).toBeCloseTo(state.bucket.tokens, 6);
      }
    }),
    { numRuns: 60 },
  );
});

const quota = (dailyQuota: number): Limits => ({ ratePerSecond: null, burst: null, dailyQuota });

test('what gateways let through alone is added once, in whatever order and however often they say so', async () => {
  const counts = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(counts, fc.array(fc.nat({ max: 3 }), { maxLength: 12 }), async (own, order) => {
      const key = newKey();
      const tell = async (run: number) =>
        take(key, quota(1_000), noon, { run: `run-${run}`, day: 20_000, own: own[run] ?? 0, known: 0, wants: 0 });
      for (const run of order) if (run < own.length) await tell(run);
      for (const run of own.keys()) await tell(run);
      const { used } = await tell(0);
      expect(used).toBe(own.reduce((sum, count) => sum + count, 0));
    }),
    { numRuns: 40 },
  );
});

test('an answer that was lost is not counted twice', async () => {
  const key = newKey();
  const ask = (own: number, wants: 0 | 1) =>
    take(key, quota(100), noon, { run: 'a', day: 20_000, own, known: 0, wants });
  await ask(0, 1);
  // The gateway heard nothing, let the request through alone and counts 1 itself.
  expect(await ask(1, 0)).toMatchObject({ used: 1, own: 1 });
});

test('a Redis that has lost everything learns it again from the gateways, also of those that are gone', async () => {
  const key = newKey();
  const ask = (run: string, own: number, known: number, wants: 0 | 1) =>
    take(key, quota(100), noon, { run, day: 20_000, own, known, wants });
  // 60 by a, 30 by b; then Redis and a start again. The control plane has told everybody of 90.
  expect(await ask('a-again', 0, 90, 1)).toMatchObject({ used: 91 });
  expect(await ask('b', 30, 90, 0)).toMatchObject({ used: 91, own: 30 });
  for (let count = 91; count < 100; count += 1) expect(await ask('b', 30, 90, 1)).toMatchObject({ used: count + 1 });
  expect(await ask('a-again', 1, 90, 1)).toMatchObject({ refusedBy: 'quota', used: 100 });
});

test('a new day begins with nothing, and what is told of another day does not count', async () => {
  const key = newKey();
  const midnight = 20_001 * 86_400_000;
  await take(key, quota(5), midnight - 1, { run: 'a', day: 20_000, own: 5, wants: 0 });
  expect(await take(key, quota(5), midnight - 1, { run: 'a', day: 20_000, own: 5, wants: 1 })).toMatchObject({
    refusedBy: 'quota',
  });
  expect(await take(key, quota(5), midnight, { run: 'a', day: 20_000, own: 5, wants: 1 })).toMatchObject({
    refusedBy: null,
    used: 1,
    own: 1,
  });
  expect(Number(await redis.send(['TTL', key]))).toBeGreaterThan(86_400);
});
