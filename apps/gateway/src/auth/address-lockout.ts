import { clientGroup } from '@cluster-ai/core/limits/client-group.ts';
import { countAttempt, lockedForMs, type LockoutRule, type LockoutState } from '@cluster-ai/core/limits/lockout.ts';
import type { Clock } from '@cluster-ai/core/ports/clock.ts';
import type { Logger } from '@cluster-ai/platform/log/log.ts';
import { redisScript, type Redis } from '@cluster-ai/platform/redis/redis.ts';

/** Clients whose wrong attempts are remembered; beyond, the one that came first is forgotten. */
const clientsMax = 10_000;

/**
 * `countAttempt` as one step of Redis. ARGV: attempts, window and lock in milliseconds. Answer: 1 when the client was
 * locked before this attempt, and for how long it is locked now.
 */
const countScript = redisScript(`
if redis.call('GET', KEYS[1]) == 'locked' then
  return { 1, redis.call('PTTL', KEYS[1]) }
end
local attempts = redis.call('INCR', KEYS[1])
if attempts == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
if attempts < tonumber(ARGV[1]) then return { 0, 0 } end
redis.call('SET', KEYS[1], 'locked', 'PX', ARGV[3])
return { 0, tonumber(ARGV[3]) }
`);

/**
 * Counts calls with keys that nobody has, by client address. A lock ends nothing for callers with a good key, because
 * many of them may come through one address; and a key of 256 random bits is not found by trying.
 */
export class AddressLockout {
  /** Calls that were refused because of a lock. */
  refused = 0;
  private readonly rule: LockoutRule;
  private readonly clock: Clock;
  private readonly log: Logger;
  private readonly redis: Pick<Redis, 'connected' | 'run'> | null;
  private readonly clients = new Map<string, LockoutState>();

  constructor(parts: {
    readonly rule: LockoutRule;
    readonly clock: Clock;
    readonly log: Logger;
    readonly redis: Pick<Redis, 'connected' | 'run'> | null;
  }) {
    this.rule = parts.rule;
    this.clock = parts.clock;
    this.log = parts.log;
    this.redis = parts.redis;
  }

  /** Counts a wrong attempt. @returns how long the client was locked already, milliseconds; 0 when it was not. */
  async attempt(address: string): Promise<number> {
    const client = clientGroup(address);
    const lockedMs = lockedForMs(this.clients.get(client) ?? null, this.clock.nowMs());
    const refusedMs = lockedMs > 0 ? lockedMs : await this.count(client);
    if (refusedMs > 0) this.refused += 1;
    return refusedMs;
  }

  private async count(client: string): Promise<number> {
    const together = await this.countTogether(client);
    const nowMs = this.clock.nowMs();
    const before = this.clients.get(client) ?? null;
    const state = countAttempt(before, this.rule, nowMs);
    const lockedUntilMs = Math.max(state.lockedUntilMs, together === null ? 0 : nowMs + together.lockMs);
    this.remember(client, together?.lockMs === 0 ? state : { ...state, lockedUntilMs });
    if (lockedUntilMs > nowMs && lockedForMs(before, nowMs) === 0) {
      this.log.warn({ client, lockMs: this.rule.lockMs }, 'too many unknown keys from one address');
    }
    return together?.wasLocked === true ? together.lockMs : 0;
  }

  /** @returns null when this gateway counts alone. */
  private async countTogether(client: string): Promise<{ wasLocked: boolean; lockMs: number } | null> {
    if (this.redis?.connected !== true) return null;
    const { attemptsMax, windowMs, lockMs } = this.rule;
    try {
      const answer = await this.redis.run(
        countScript,
        [`cluster-ai:lockout:${client}`],
        [attemptsMax, windowMs, lockMs].map(String),
      );
      const [wasLocked = 0, ms = 0] = Array.isArray(answer) ? answer.map(Number) : [];
      return { wasLocked: wasLocked === 1, lockMs: Math.max(0, ms) };
    } catch (error) {
      this.log.debug({ error }, 'a wrong attempt is counted by this gateway alone');
      return null;
    }
  }

  private remember(client: string, state: LockoutState): void {
    this.clients.delete(client);
    if (this.clients.size >= clientsMax) {
      const [first] = this.clients.keys();
      if (first !== undefined) this.clients.delete(first);
    }
    this.clients.set(client, state);
  }
}
