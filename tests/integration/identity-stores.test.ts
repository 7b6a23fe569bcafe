import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { AttemptCounters } from '@cluster-ai/control-plane/identity/attempt-counters.ts';
import { createPostgresAttemptCounters } from '@cluster-ai/control-plane/identity/postgres-attempt-counters.ts';
import { createPostgresSessionStore } from '@cluster-ai/control-plane/identity/postgres-session-store.ts';
import { createRedisAttemptCounters } from '@cluster-ai/control-plane/identity/redis-attempt-counters.ts';
import { createRedisSessionStore } from '@cluster-ai/control-plane/identity/redis-session-store.ts';
import { newSecretToken, sha256Of } from '@cluster-ai/control-plane/identity/secret-token.ts';
import type { SessionLimits, SessionStore } from '@cluster-ai/control-plane/identity/session-store.ts';
import { createStore } from '@cluster-ai/control-plane/database/store.ts';
import { migrate, readMigrations } from '@cluster-ai/platform/postgres/migrate.ts';
import { openTestPool } from '@cluster-ai/testkit/postgres/test-pool.ts';
import type { Pool } from '@cluster-ai/platform/postgres/pool.ts';
import { Redis } from '@cluster-ai/platform/redis/redis.ts';
import { MemoryLog } from '@cluster-ai/testkit/memory-log.ts';
import { startPostgres } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import type { PostgresServer } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import { startRedis } from '@cluster-ai/testkit/redis/redis-server.ts';
import type { RedisServer } from '@cluster-ai/testkit/redis/redis-server.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

let postgres: PostgresServer;
let pool: Pool;
let redisServer: RedisServer;
let redis: Redis;
let database: ReturnType<typeof createStore>;

const limits: SessionLimits = { idleMs: 30 * 60_000, lifetimeMs: 12 * 3_600_000 };

beforeAll(async () => {
  postgres = await startPostgres(18);
  pool = openTestPool(await postgres.createDatabase());
  await migrate(pool.pg, await readMigrations(join(import.meta.dirname, '../../apps/control-plane/migrations')));
  database = createStore({ pool, onSnapshot: () => undefined });
  database.open();
  redisServer = await startRedis();
  redis = new Redis({
    url: redisServer.url,
    clientName: 'test',
    connectTimeoutMs: 2_000,
    commandTimeoutMs: 1_000,
    log: new MemoryLog(),
  });
  redis.start();
  await untilConnected();
});

afterAll(async () => {
  await redis.stop();
  await redisServer.remove();
  await pool.close();
  await postgres.remove();
});

async function untilConnected(): Promise<void> {
  const endMs = performance.now() + 10_000;
  while (!redis.connected) {
    if (performance.now() > endMs) throw new Error(redis.reason);
    await delay(10);
  }
}

/** Sessions in the database belong to somebody who is there. */
async function person(): Promise<string> {
  const id = randomUUID();
  await database.note((query) =>
    query
      .insertInto('users')
      .values({
        id,
        email: `${id}@example.com`,
        role: 'viewer',
        password_hash: null,
        oidc_issuer: null,
        oidc_subject: null,
        created_at: new Date(),
        created_by: 'test',
        last_sign_in_at: null,
        last_sign_in_with: null,
        sessions_valid_from: new Date(0),
      })
      .execute(),
  );
  return id;
}

const newHash = (): string => sha256Of(newSecretToken());

const sessionStores: readonly [string, () => SessionStore][] = [
  ['PostgreSQL', () => createPostgresSessionStore(database, () => limits)],
  ['Redis', () => createRedisSessionStore(redis, () => limits)],
];

describe.each(sessionStores)('sessions in %s', (_name, make) => {
  test('a session is found until it has been idle for too long, and use makes the time begin anew', async () => {
    const store = make();
    const [userId, sha256, startMs] = [await person(), newHash(), Date.now()];
    await store.create(sha256, userId, startMs);
    expect(await store.find(sha256, startMs)).toEqual({ userId, createdAtMs: startMs, lastUsedAtMs: startMs });
    const usedMs = startMs + limits.idleMs - 1;
    await store.touch(sha256, usedMs);
    expect(await store.find(sha256, startMs + limits.idleMs)).toMatchObject({ lastUsedAtMs: usedMs });
    expect(await store.find(sha256, usedMs + limits.idleMs - 1)).not.toBeNull();
    expect(await store.find(sha256, usedMs + limits.idleMs)).toBeNull();
    // Neither a late use nor an early one that arrives late changes that.
    await store.touch(sha256, usedMs + limits.idleMs);
    await store.touch(sha256, startMs + 1);
    expect(await store.find(sha256, usedMs + limits.idleMs)).toBeNull();
  });

  test('however much it is used, it ends at the end of its life', async () => {
    const store = make();
    const [userId, sha256, startMs] = [await person(), newHash(), Date.now()];
    await store.create(sha256, userId, startMs);
    for (let atMs = startMs; atMs < startMs + limits.lifetimeMs; atMs += limits.idleMs / 2) {
      await store.touch(sha256, atMs);
    }
    expect(await store.find(sha256, startMs + limits.lifetimeMs - 1)).not.toBeNull();
    expect(await store.find(sha256, startMs + limits.lifetimeMs)).toBeNull();
  });

  test('one can be ended, and all of a person but one, and nobody else’s', async () => {
    const store = make();
    const [userId, other, atMs] = [await person(), await person(), Date.now()];
    const hashes = [newHash(), newHash(), newHash()] as const;
    for (const sha256 of hashes) await store.create(sha256, userId, atMs);
    const otherHash = newHash();
    await store.create(otherHash, other, atMs);
    const counts = await store.countOf([userId, other, randomUUID()], atMs);
    expect([counts.get(userId), counts.get(other)]).toEqual([3, 1]);
    expect(await store.end(hashes[0])).toBe(true);
    expect(await store.end(hashes[0])).toBe(false);
    expect(await store.end(newHash())).toBe(false);
    expect(await store.endAllOf(userId, hashes[1])).toBe(1);
    expect(await store.find(hashes[1], atMs)).not.toBeNull();
    expect(await store.find(hashes[2], atMs)).toBeNull();
    expect(await store.endAllOf(userId, null)).toBe(1);
    expect((await store.countOf([userId], atMs)).get(userId) ?? 0).toBe(0);
    expect(await store.find(otherHash, atMs)).not.toBeNull();
  });

  test('those that have ended are not counted, and forgotten', async () => {
    const store = make();
    const [userId, atMs] = [await person(), Date.now()];
    const [old, open] = [newHash(), newHash()];
    await store.create(old, userId, atMs);
    await store.create(open, userId, atMs);
    await store.touch(open, atMs + limits.idleMs - 1);
    const laterMs = atMs + limits.idleMs;
    expect((await store.countOf([userId], laterMs)).get(userId)).toBe(1);
    await store.sweep(laterMs);
    expect(await store.find(open, laterMs)).not.toBeNull();
  });
});

const counters: readonly [string, () => AttemptCounters][] = [
  ['PostgreSQL', () => createPostgresAttemptCounters(database)],
  ['Redis', () => createRedisAttemptCounters(redis)],
];

describe.each(counters)('attempts counted in %s', (_name, make) => {
  const rule = { countMax: 3, windowMs: 600_000, lockMs: 900_000 };

  test('the first begins the window, the last one the lock, and a later one extends neither', async () => {
    const [store, name, atMs] = [make(), `account:${randomUUID()}`, Date.now()];
    expect(await store.read([name], atMs)).toEqual(new Map());
    expect(await store.add(name, rule, atMs)).toEqual({ count: 1, endsAtMs: atMs + rule.windowMs });
    expect(await store.add(name, rule, atMs + 1)).toEqual({ count: 2, endsAtMs: atMs + rule.windowMs });
    expect(await store.add(name, rule, atMs + 2)).toEqual({ count: 3, endsAtMs: atMs + 2 + rule.lockMs });
    expect(await store.add(name, rule, atMs + 3)).toEqual({ count: 4, endsAtMs: atMs + 2 + rule.lockMs });
    expect(await store.read([name, 'account:other'], atMs + 3)).toEqual(
      new Map([[name, { count: 4, endsAtMs: atMs + 2 + rule.lockMs }]]),
    );
    await store.sweep(atMs + 3);
    expect((await store.read([name], atMs + 3)).size).toBe(1);
    expect((await store.read([name], atMs + 2 + rule.lockMs)).size).toBe(0);
  });

  test('after the window it begins at one', async () => {
    const [store, name, atMs] = [make(), `account:${randomUUID()}`, Date.now()];
    await store.add(name, rule, atMs);
    await store.add(name, rule, atMs);
    const laterMs = atMs + rule.windowMs;
    expect(await store.add(name, rule, laterMs)).toEqual({ count: 1, endsAtMs: laterMs + rule.windowMs });
  });

  test('a rule that allows none locks at the first', async () => {
    const [store, name, atMs] = [make(), `account:${randomUUID()}`, Date.now()];
    expect(await store.add(name, { ...rule, countMax: 1 }, atMs)).toEqual({ count: 1, endsAtMs: atMs + rule.lockMs });
  });

  test('many at once are counted one by one', async () => {
    const [store, name, atMs] = [make(), `account:${randomUUID()}`, Date.now()];
    const results = await Promise.all(Array.from({ length: 20 }, () => store.add(name, rule, atMs)));
    expect(results.map(({ count }) => count).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 20 }, (_, index) => index + 1),
    );
  });

  test('cleared is as if nothing had happened', async () => {
    const [store, name, atMs] = [make(), `account:${randomUUID()}`, Date.now()];
    await store.add(name, rule, atMs);
    await store.clear(name);
    expect(await store.add(name, rule, atMs)).toMatchObject({ count: 1 });
  });
});

test('while Redis is away every method says so, and afterwards it goes on', async () => {
  const sessions = createRedisSessionStore(redis, () => limits);
  const attempts = createRedisAttemptCounters(redis);
  await redisServer.kill();
  const away = { code: 'REDIS_UNAVAILABLE', httpStatus: 503 };
  await expect(sessions.find(newHash(), Date.now())).rejects.toMatchObject(away);
  await expect(sessions.create(newHash(), randomUUID(), Date.now())).rejects.toMatchObject(away);
  await expect(attempts.read(['a'], Date.now())).rejects.toMatchObject(away);
  await redisServer.start();
  await untilConnected();
  expect(await sessions.find(newHash(), Date.now())).toBeNull();
});
