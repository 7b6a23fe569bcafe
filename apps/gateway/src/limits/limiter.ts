import type { LimitsStanding } from '@cluster-ai/contract/telemetry.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { decideKey, msToNextRequest, type KeyState } from '@cluster-ai/core/limits/key-limits.ts';
import { msToNextUtcDay } from '@cluster-ai/core/limits/utc-day.ts';
import type { Clock } from '@cluster-ai/core/ports/clock.ts';
import type { Headers } from '@cluster-ai/platform/edge/edge.ts';
import type { Logger } from '@cluster-ai/platform/log/log.ts';
import type { Redis } from '@cluster-ai/platform/redis/redis.ts';
import type { KeyUse } from './key-use.ts';
import type { KeyUses } from './key-uses.ts';
import { limitHeaders } from './limit-headers.ts';
import type { SharedAnswer, SharedCounters } from './shared-counters.ts';

/** What a limited key was told. */
export interface Allowance {
  readonly headers: Headers;
  /** Null when the request goes on. */
  readonly refusal: ClusterError | null;
}

export interface LimiterParts {
  readonly uses: KeyUses;
  readonly clock: Clock;
  readonly log: Logger;
  /** Null when no Redis is configured. */
  readonly shared: {
    readonly redis: Pick<Redis, 'connected' | 'reason' | 'whenChanged'>;
    readonly counters: SharedCounters;
  } | null;
}

/** Wait after a Redis that is connected and refuses, milliseconds. */
const retryMs = 1_000;
/** Keys that are told of at once when Redis is back. */
const toldAtOnce = 500;

/**
 * Rate limits and daily quotas of keys. With Redis all gateways count together; without, or while it is away, each counts
 * alone and says so. When Redis is back it first hears what was let through meanwhile, and only then decides again.
 */
export class Limiter {
  /** Requests that were refused, by limit. */
  readonly refused = { rate: 0, quota: 0 };
  private readonly parts: LimiterParts;
  private isShared = false;
  /** Why a Redis that is connected is not used. */
  private trouble = '';
  private catchingUp = false;
  private retry: NodeJS.Timeout | null = null;

  constructor(parts: LimiterParts) {
    this.parts = parts;
    parts.shared?.redis.whenChanged((connected) => {
      if (connected) void this.catchUp();
      else this.isShared = false;
    });
  }

  stop(): void {
    if (this.retry !== null) clearTimeout(this.retry);
  }

  get standing(): LimitsStanding {
    const { shared } = this.parts;
    if (shared === null) {
      return { mode: 'local', redisConfigured: false, reason: 'no Redis is configured: this gateway counts alone' };
    }
    if (this.isShared) return { mode: 'shared', redisConfigured: true, reason: '' };
    const { connected, reason } = shared.redis;
    const catchingUp = this.trouble === '' ? 'Redis is back and hears what was counted meanwhile' : this.trouble;
    return { mode: 'local', redisConfigured: true, reason: connected ? catchingUp : reason };
  }

  /** Counts a request that wants to pass. @returns null at once for a key without limits. */
  take(use: KeyUse): Promise<Allowance> | null {
    if (use.limited) return this.takeLimited(use);
    use.count(this.parts.clock.wallMs());
    return null;
  }

  private async takeLimited(use: KeyUse): Promise<Allowance> {
    const answer = (this.isShared ? await this.askTogether(use) : null) ?? this.decideAlone(use);
    const { refusedBy, state, wallMs } = answer;
    if (refusedBy !== null) this.refused[refusedBy] += 1;
    return {
      headers: limitHeaders(use.limits, state, wallMs, answer.together),
      refusal: refusedBy === null ? null : refusal(refusedBy, use, state, wallMs),
    };
  }

  /** @returns null when Redis does not decide: then this gateway does. */
  private async askTogether(use: KeyUse): Promise<(SharedAnswer & { together: true }) | null> {
    const { clock, shared } = this.parts;
    if (shared === null) return null;
    use.turn(clock.wallMs());
    try {
      const answer = await shared.counters.take(use, 1, clock.nowMs());
      if (answer.refusedBy === null) use.count(clock.wallMs());
      return { ...answer, together: true };
    } catch (error) {
      this.fallBack(error);
      return null;
    }
  }

  private decideAlone(use: KeyUse): SharedAnswer & { together: false } {
    const { clock } = this.parts;
    const wallMs = clock.wallMs();
    use.turn(wallMs);
    const decision = decideKey(use.limits, { bucket: use.bucket, used: use.used }, clock.nowMs());
    use.bucket = decision.state.bucket;
    if (decision.refusedBy === null) use.own += 1;
    return { ...decision, wallMs, together: false };
  }

  private fallBack(error: unknown): void {
    if (!this.isShared && this.retry !== null) return;
    this.isShared = false;
    this.trouble = error instanceof ClusterError ? error.message : 'Redis answered something that was not expected';
    this.parts.log.warn({ error }, `limits are counted by this gateway alone: ${this.trouble}`);
    // A connection that ended tells of its return itself; one that refuses does not.
    this.retry ??= setTimeout(() => {
      this.retry = null;
      void this.catchUp();
    }, retryMs);
  }

  /** Tells Redis what was let through meanwhile, until there is nothing more to tell, and lets it decide from then on. */
  private async catchUp(): Promise<void> {
    const { shared, uses, clock, log } = this.parts;
    if (shared === null || this.catchingUp) return;
    this.catchingUp = true;
    try {
      while (shared.redis.connected) {
        const behind = uses.unshared().slice(0, toldAtOnce);
        if (behind.length === 0) {
          this.isShared = true;
          this.trouble = '';
          log.info({}, 'limits are counted together with the other gateways');
          return;
        }
        await Promise.all(behind.map((use) => shared.counters.take(use, 0, clock.nowMs())));
      }
    } catch (error) {
      this.fallBack(error);
    } finally {
      this.catchingUp = false;
    }
  }
}

function refusal(by: 'rate' | 'quota', { limits }: KeyUse, state: KeyState, wallMs: number): ClusterError {
  if (by === 'rate') {
    const waitMs = msToNextRequest(limits, state);
    return new ClusterError('RATE_LIMITED', `the key may send ${limits.ratePerSecond ?? 0} requests a second`, {
      retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1_000)),
    });
  }
  return new ClusterError(
    'QUOTA_EXCEEDED',
    `the key has used up its ${limits.dailyQuota ?? 0} requests of this day, which ends at 00:00 UTC`,
    { retryAfterSeconds: Math.ceil(msToNextUtcDay(wallMs) / 1_000) },
  );
}
