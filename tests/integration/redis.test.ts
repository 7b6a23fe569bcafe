import { setTimeout as delay } from 'node:timers/promises';
import { Redis, redisScript } from '@cluster-ai/platform/redis/redis.ts';
import { MemoryLog } from '@cluster-ai/testkit/memory-log.ts';
import { startRedis, type RedisServer } from '@cluster-ai/testkit/redis/redis-server.ts';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { until } from '../start-platform.ts';

let server: RedisServer;
const opened: Redis[] = [];

beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.remove());
afterEach(async () => {
  await Promise.all(opened.splice(0).map((redis) => redis.stop()));
});

async function open(url = server.url, log = new MemoryLog()): Promise<Redis> {
  const redis = new Redis({ url, clientName: 'test', connectTimeoutMs: 500, commandTimeoutMs: 100, log });
  opened.push(redis);
  redis.start();
  return redis;
}

async function openConnected(log = new MemoryLog()): Promise<Redis> {
  const redis = await open(server.url, log);
  await until('Redis is connected', 5_000, () => redis.connected);
  return redis;
}

test('commands and scripts are answered, those of one turn in the order in which they were sent', async () => {
  const redis = await openConnected();
  const count = redisScript('return redis.call("INCRBY", KEYS[1], ARGV[1])');
  const answers = await Promise.all(Array.from({ length: 100 }, () => redis.run(count, ['counter'], ['2'])));
  expect(answers).toEqual(Array.from({ length: 100 }, (_none, index) => 2 * (index + 1)));
  expect(await redis.send(['GET', 'counter'])).toBe('200');
});

test('a refused command leaves the connection as it was', async () => {
  const redis = await openConnected();
  await redis.send(['SET', 'text', 'x']);
  await expect(redis.send(['INCR', 'text'])).rejects.toMatchObject({
    code: 'REDIS_UNAVAILABLE',
    message: expect.stringContaining('not an integer'),
  });
  expect(await redis.send(['GET', 'text'])).toBe('x');
});

test('a Redis that dies is away at once, says so once, and is back by itself', async () => {
  const log = new MemoryLog();
  const redis = await openConnected(log);
  const changes: boolean[] = [];
  redis.whenChanged((connected) => changes.push(connected));
  await server.kill();
  const awayAfterMs = await until('Redis is away', 5_000, () => !redis.connected);
  const startedAtMs = performance.now();
  await expect(redis.send(['PING'])).rejects.toMatchObject({ code: 'REDIS_UNAVAILABLE' });
  const refusedAfterMs = performance.now() - startedAtMs;
  await delay(1_500);
  await server.start();
  const backAfterMs = await until('Redis is back', 10_000, () => redis.connected);
  console.log(`away after ${awayAfterMs.toFixed(0)} ms, back after ${backAfterMs.toFixed(0)} ms`);
  expect(refusedAfterMs).toBeLessThan(1_000);
  expect(await redis.send(['PING'])).toBe('PONG');
  expect(changes).toEqual([false, true]);
  expect(log.messages('warn').length).toBeLessThanOrEqual(2);
});

test('a Redis that hangs counts as away after the limit of a command, with and without traffic', async () => {
  const redis = await openConnected();
  server.freeze();
  try {
    const startedAtMs = performance.now();
    const outcomes = await Promise.allSettled([redis.send(['PING']), redis.send(['PING'])]);
    const tookMs = performance.now() - startedAtMs;
    console.log(`two commands gave up after ${tookMs.toFixed(0)} ms`);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(tookMs).toBeLessThan(1_500);
    expect(redis.connected).toBe(false);
    expect(redis.reason).toContain('is away: no answer within 100 ms');
  } finally {
    server.thaw();
  }
  await until('Redis is back', 10_000, () => redis.connected);
  server.freeze();
  try {
    const noticedMs = await until('the silence is noticed', 10_000, () => !redis.connected);
    console.log(`noticed without traffic after ${noticedMs.toFixed(0)} ms`);
  } finally {
    server.thaw();
  }
});

test('a pause of this process is not taken for a silent Redis', async () => {
  const redis = await openConnected();
  const answer = redis.send(['PING']);
  // The command has left, its answer waits in the socket.
  await new Promise((resolve) => setImmediate(resolve));
  const endMs = performance.now() + 400;
  while (performance.now() < endMs);
  expect(await answer).toBe('PONG');
  expect(redis.connected).toBe(true);
});

test('a wrong password is named, and is in no sentence', async () => {
  const log = new MemoryLog();
  const wrong = 'a-password-of-somebody-else';
  const redis = await open(server.url.replace(server.password, wrong), log);
  await until('the reason is known', 5_000, () => redis.reason.includes('WRONGPASS'));
  expect(redis.connected).toBe(false);
  const said = JSON.stringify([log.lines, redis.reason]);
  expect(said).not.toContain(wrong);
});

test.each(['redis://:geheim@[', 'http://:geheim@host:1', 'geheim', 'redis://:geheim@'])(
  'an address that is none is refused without showing it: %s',
  (url) => {
    const open = () =>
      new Redis({ url, clientName: 'test', connectTimeoutMs: 500, commandTimeoutMs: 100, log: new MemoryLog() });
    expect(open).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
    expect(open).not.toThrow('geheim');
  },
);

test('a name with spaces, as people give to gateways, does not keep Redis away', async () => {
  const log = new MemoryLog();
  const redis = new Redis({
    url: server.url,
    clientName: 'a name, ção',
    connectTimeoutMs: 500,
    commandTimeoutMs: 500,
    log,
  });
  opened.push(redis);
  redis.start();
  await until('Redis is connected', 5_000, () => redis.connected);
  expect(await redis.send(['CLIENT', 'GETNAME'])).toBe('a-name,---o');
});
