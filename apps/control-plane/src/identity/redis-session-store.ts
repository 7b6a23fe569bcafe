import { redisScript } from '@cluster-ai/platform/redis/redis.ts';
import type { Redis } from '@cluster-ai/platform/redis/redis.ts';
import type { SessionLimits, SessionStore, StoredSession } from './session-store.ts';

/**
 * `<session>`: a hash of user, created and used, which Redis forgets at the end of its idle time. `<user>`: the hashes of
 * a person's sessions, of which some may have ended.
 */
const keyOf = {
  session: (sha256: string): string => `cluster-ai:session:${sha256}`,
  user: (userId: string): string => `cluster-ai:sessions-of:${userId}`,
};

/** KEYS session, user; ARGV hash, user id, time, milliseconds to live, milliseconds that the list lives. */
const create = redisScript(`
redis.call('HSET', KEYS[1], 'user', ARGV[2], 'created', ARGV[3], 'used', ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
redis.call('SADD', KEYS[2], ARGV[1])
redis.call('PEXPIRE', KEYS[2], ARGV[5])
return 1`);

/** KEYS session; ARGV time, milliseconds to live. Only one that is there. */
const touch = redisScript(`
local used = redis.call('HGET', KEYS[1], 'used')
if not used then return 0 end
if tonumber(ARGV[1]) > tonumber(used) then redis.call('HSET', KEYS[1], 'used', ARGV[1]) end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1`);

/** KEYS user, then each session of the person that is to end; ARGV their hashes. */
const endEach = redisScript(`
local ended = 0
for i, sha256 in ipairs(ARGV) do
  redis.call('SREM', KEYS[1], sha256)
  ended = ended + redis.call('DEL', KEYS[i + 1])
end
return ended`);

/** Sessions in Redis: no write of the database for a request of a browser. */
export function createRedisSessionStore(redis: Redis, limits: () => SessionLimits): SessionStore {
  const isOpen = (session: StoredSession, atMs: number): boolean => {
    const { idleMs, lifetimeMs } = limits();
    return session.lastUsedAtMs > atMs - idleMs && session.createdAtMs > atMs - lifetimeMs;
  };

  async function read(sha256: string): Promise<StoredSession | null> {
    const answer = texts(await redis.send(['HMGET', keyOf.session(sha256), 'user', 'created', 'used']));
    const [userId, created, used] = answer;
    if (userId === null || userId === undefined) return null;
    return { userId, createdAtMs: Number(created), lastUsedAtMs: Number(used) };
  }

  async function hashesOf(userId: string): Promise<readonly string[]> {
    const members = texts(await redis.send(['SMEMBERS', keyOf.user(userId)]));
    return members.filter((member) => member !== null);
  }

  /** Counts the open sessions of a person, and forgets in the list those that are gone. */
  async function count(userId: string, atMs: number): Promise<number> {
    let open = 0;
    for (const sha256 of await hashesOf(userId)) {
      const session = await read(sha256);
      if (session === null) await redis.send(['SREM', keyOf.user(userId), sha256]);
      else if (isOpen(session, atMs)) open += 1;
    }
    return open;
  }

  async function end(sha256s: readonly string[], userId: string): Promise<number> {
    if (sha256s.length === 0) return 0;
    return Number(await redis.run(endEach, [keyOf.user(userId), ...sha256s.map(keyOf.session)], sha256s));
  }

  return {
    create: async (sha256, userId, atMs) => {
      const { idleMs, lifetimeMs } = limits();
      const keys = [keyOf.session(sha256), keyOf.user(userId)];
      const livesMs = Math.min(idleMs, lifetimeMs);
      await redis.run(create, keys, [sha256, userId, String(atMs), String(livesMs), String(lifetimeMs)]);
    },
    find: async (sha256, atMs) => {
      const session = await read(sha256);
      return session !== null && isOpen(session, atMs) ? session : null;
    },
    touch: async (sha256, atMs) => {
      const session = await read(sha256);
      if (session === null || !isOpen(session, atMs)) return;
      const { idleMs, lifetimeMs } = limits();
      const livesMs = Math.min(idleMs, session.createdAtMs + lifetimeMs - atMs);
      await redis.run(touch, [keyOf.session(sha256)], [String(atMs), String(livesMs)]);
    },
    end: async (sha256) => {
      const session = await read(sha256);
      return session !== null && (await end([sha256], session.userId)) > 0;
    },
    endAllOf: async (userId, except) => {
      const hashes = await hashesOf(userId);
      return end(
        hashes.filter((sha256) => sha256 !== except),
        userId,
      );
    },
    countOf: async (userIds, atMs) => {
      const counts = await Promise.all(userIds.map(async (userId) => [userId, await count(userId, atMs)] as const));
      return new Map(counts);
    },
    // Redis forgets them by itself.
    sweep: async () => 0,
  };
}

function texts(answer: unknown): readonly (string | null)[] {
  if (!Array.isArray(answer)) throw new Error(`Redis answered ${typeof answer} where a list was expected`);
  return answer.map((item: unknown) => (typeof item === 'string' ? item : null));
}
