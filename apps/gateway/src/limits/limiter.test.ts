import type { SnapshotKey } from '@cluster-ai/contract/snapshot.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { FakeClock } from '@cluster-ai/testkit/fake-clock.ts';
import { MemoryLog } from '@cluster-ai/testkit/memory-log.ts';
import { snapshotKey } from '@cluster-ai/testkit/snapshot-models.ts';
import { expect, test } from 'vitest';
import { KeyUses } from './key-uses.ts';
import { Limiter } from './limiter.ts';
import { SharedCounters } from './shared-counters.ts';

const dayMs = 86_400_000;

/** A Redis that answers with `answer`, and is there as long as `connected`. */
class FakeRedis {
  connected = false;
  reason = 'Redis at r:6379 is away: refused';
  answer: () => unknown = () => [0, '1', 1, 1, 0];
  readonly sent: (readonly string[])[] = [];
  private listener: (connected: boolean) => void = () => undefined;

  whenChanged(listener: (connected: boolean) => void): void {
    this.listener = listener;
  }

  change(connected: boolean): void {
    this.connected = connected;
    this.listener(connected);
  }

  async run(_script: unknown, _keys: readonly string[], args: readonly string[]): Promise<unknown> {
    this.sent.push(args);
    return this.answer();
  }
}

function setUp(changes: Partial<SnapshotKey>, redis: FakeRedis | null = null) {
  const clock = new FakeClock(20_000 * dayMs + dayMs / 2);
  const uses = new KeyUses(clock);
  const log = new MemoryLog();
  const shared = redis === null ? null : { redis, counters: new SharedCounters(redis, 'run-1') };
  const limiter = new Limiter({ uses, clock, log, shared });
  const [use] = uses.replace([snapshotKey('k', changes)]);
  if (use === undefined) throw new Error('one key was given');
  const take = async () => {
    const allowance = await limiter.take(use);
    return allowance?.refusal?.code ?? 'passed';
  };
  return { clock, uses, use, limiter, take, log };
}

test('a key without limits is counted and passes at once', () => {
  const { limiter, use } = setUp({});
  expect(limiter.take(use)).toBeNull();
  expect(use.used).toBe(1);
});

test('alone, a gateway keeps to rate and quota by itself and says so', async () => {
  const { limiter, use, take, clock } = setUp({ ratePerSecond: 1, burst: 2, dailyQuota: 4 });
  const allowance = await limiter.take(use);
  expect(allowance).toEqual({
    headers: [
      ['RateLimit-Policy', '"rate";q=2;w=2, "day";q=4;w=86400'],
      ['RateLimit', '"rate";r=1;t=1, "day";r=3;t=43200'],
      ['x-cluster-ai-limits', 'local'],
    ],
    refusal: null,
  });
  expect([await take(), await take()]).toEqual(['passed', 'RATE_LIMITED']);
  clock.advance(2_000);
  expect([await take(), await take(), await take()]).toEqual(['passed', 'passed', 'QUOTA_EXCEEDED']);
  expect(limiter.refused).toEqual({ rate: 1, quota: 1 });
  expect(limiter.standing).toMatchObject({ mode: 'local', redisConfigured: false });
});

test('a refusal says how long to wait: until the next token, or the next day', async () => {
  const { limiter, use, take, clock } = setUp({ ratePerSecond: 0.1, dailyQuota: 2 });
  await take();
  expect((await limiter.take(use))?.refusal).toMatchObject({ code: 'RATE_LIMITED', retryAfterSeconds: 10 });
  clock.advance(10_000);
  await take();
  expect((await limiter.take(use))?.refusal).toMatchObject({ code: 'QUOTA_EXCEEDED', retryAfterSeconds: 43_190 });
  clock.advance(43_190_000);
  expect(await take()).toBe('passed');
});

test('a gateway that starts again does not grant the quota again, once it knows what came before', async () => {
  const { uses, take } = setUp({ dailyQuota: 10 });
  uses.accepted([], { day: 20_000, used: { 'id-of-k': 8 } });
  expect([await take(), await take(), await take()]).toEqual(['passed', 'passed', 'QUOTA_EXCEEDED']);
});

test('its own requests are not taken for those of others, and totals of another day for none', async () => {
  const { uses, use, take } = setUp({ dailyQuota: 10 });
  await take();
  await take();
  use.lastUsedMs = 1;
  const sent = uses.changes();
  expect(sent).toMatchObject([{ day: 20_000, requests: 2 }]);
  await take();
  uses.accepted(sent, { day: 20_000, used: { 'id-of-k': 7 } });
  expect(use.used).toBe(8);
  uses.accepted([], { day: 19_999, used: { 'id-of-k': 700 } });
  expect(use.used).toBe(8);
});

test('Redis decides once it has heard what was let through alone', async () => {
  const redis = new FakeRedis();
  const { limiter, take, clock } = setUp({ dailyQuota: 10 }, redis);
  await take();
  await take();
  expect(limiter.standing).toEqual({ mode: 'local', redisConfigured: true, reason: redis.reason });
  redis.answer = () => [0, '0', 7, 2, clock.wallMs()];
  redis.change(true);
  await expect.poll(() => limiter.standing.mode).toBe('shared');
  expect(redis.sent).toEqual([['0', '0', '10', 'run-1', '20000', '2', '2', '0']]);
  redis.answer = () => [0, '0', 8, 3, clock.wallMs()];
  expect(await take()).toBe('passed');
  redis.answer = () => [2, '0', 10, 3, clock.wallMs()];
  expect(await take()).toBe('QUOTA_EXCEEDED');
});

test('when Redis goes away, a gateway goes on from what it knew', async () => {
  const redis = new FakeRedis();
  const { limiter, use, take, clock } = setUp({ ratePerSecond: 1, burst: 5, dailyQuota: 10 }, redis);
  redis.change(true);
  await expect.poll(() => limiter.standing.mode).toBe('shared');
  redis.answer = () => [0, '1', 9, 1, clock.wallMs()];
  expect((await limiter.take(use))?.headers).not.toContainEqual(['x-cluster-ai-limits', 'local']);
  redis.answer = () => {
    throw new ClusterError('REDIS_UNAVAILABLE', 'Redis at r:6379 did not do it: gone');
  };
  expect([await take(), await take()]).toEqual(['passed', 'QUOTA_EXCEEDED']);
  expect(limiter.standing).toMatchObject({ mode: 'local' });
  redis.change(false);
  expect(limiter.standing).toEqual({ mode: 'local', redisConfigured: true, reason: redis.reason });
  limiter.stop();
});

test('a Redis that is connected and refuses is asked again', async () => {
  const redis = new FakeRedis();
  const { limiter, take, clock } = setUp({ dailyQuota: 10 }, redis);
  await take();
  redis.answer = () => {
    throw new ClusterError('REDIS_UNAVAILABLE', 'Redis at r:6379 did not do it: OOM');
  };
  redis.change(true);
  await expect.poll(() => limiter.standing.reason).toContain('OOM');
  redis.answer = () => [0, '0', 1, 1, clock.wallMs()];
  await expect.poll(() => limiter.standing.mode, { timeout: 5_000 }).toBe('shared');
});

test('a key goes on counting in a new snapshot, also when it was gone meanwhile', async () => {
  const { uses, take, use } = setUp({ dailyQuota: 2 });
  await take();
  uses.replace([]);
  expect(uses.replace([snapshotKey('k', { dailyQuota: 1 })])).toEqual([use]);
  expect(await take()).toBe('QUOTA_EXCEEDED');
});
