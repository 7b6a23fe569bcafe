import { redisScript } from '@cluster-ai/platform/redis/redis.ts';
import type { Redis } from '@cluster-ai/platform/redis/redis.ts';
import type { AttemptCounters, Attempts } from './attempt-counters.ts';

const keyOf = (name: string): string => `cluster-ai:attempts:${name}`;

/**
 * KEYS counter; ARGV time, end of a window that begins now, end of a lock that begins now, failures that lock. The end is
 * kept beside the count, by the callers' clock, and Redis forgets both a minute later.
 */
const add = redisScript(`
local count = tonumber(redis.call('HGET', KEYS[1], 'count')) or 0
local ends = tonumber(redis.call('HGET', KEYS[1], 'ends')) or 0
local at = tonumber(ARGV[1])
if ends <= at then
  count = 0
  ends = tonumber(ARGV[2])
end
count = count + 1
if count == tonumber(ARGV[4]) then ends = tonumber(ARGV[3]) end
redis.call('HSET', KEYS[1], 'count', count, 'ends', string.format('%.0f', ends))
redis.call('PEXPIRE', KEYS[1], string.format('%.0f', ends - at + 60000))
return {count, string.format('%.0f', ends)}`);

/** Counters in Redis. */
export function createRedisAttemptCounters(redis: Redis): AttemptCounters {
  return {
    add: async (name, rule, atMs) => {
      const times = [atMs, atMs + rule.windowMs, atMs + rule.lockMs, rule.countMax];
      return attemptsOf(await redis.run(add, [keyOf(name)], times.map(String)));
    },
    read: async (names, atMs) => {
      const found = await Promise.all(
        names.map(
          async (name) => [name, attemptsOf(await redis.send(['HMGET', keyOf(name), 'count', 'ends']))] as const,
        ),
      );
      return new Map(found.filter(([, attempts]) => attempts.endsAtMs > atMs));
    },
    clear: async (name) => {
      await redis.send(['DEL', keyOf(name)]);
    },
    // Redis forgets them by itself.
    sweep: async () => undefined,
  };
}

function attemptsOf(answer: unknown): Attempts {
  if (!Array.isArray(answer)) throw new Error(`Redis answered ${typeof answer} where a list was expected`);
  const [count, ends] = answer.map((item: unknown) => Number(item));
  return { count: count ?? 0, endsAtMs: ends ?? 0 };
}
