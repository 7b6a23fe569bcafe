import type { KeyDecision } from '@cluster-ai/core/limits/key-limits.ts';
import { bucketSizeOf } from '@cluster-ai/core/limits/key-limits.ts';
import { utcDayOf } from '@cluster-ai/core/limits/utc-day.ts';
import { redisScript, type Redis } from '@cluster-ai/platform/redis/redis.ts';
import type { KeyUse } from './key-use.ts';
import { takeScriptText } from './take-script.ts';

const takeScript = redisScript(takeScriptText("redis.call('TIME')"));

export interface SharedAnswer extends KeyDecision {
  /** Redis' clock, milliseconds since 1970: the day ends by it. */
  readonly wallMs: number;
}

/** The counters that all gateways of one Redis share. */
export class SharedCounters {
  private readonly redis: Pick<Redis, 'run'>;
  /** A run of this program: a gateway that starts again counts from 0. */
  private readonly run: string;

  constructor(redis: Pick<Redis, 'run'>, run: string) {
    this.redis = redis;
    this.run = run;
  }

  /**
   * Asks for one request of a key, and tells on the way what this gateway has let through alone.
   * @param wants 0 only tells.
   * @throws ClusterError REDIS_UNAVAILABLE.
   */
  async take(use: KeyUse, wants: 0 | 1, nowMs: number): Promise<SharedAnswer> {
    const size = bucketSizeOf(use.limits);
    const { day, own: told } = use;
    const answer = await this.redis.run(
      takeScript,
      [`cluster-ai:key:${use.id}`],
      [
        String(size?.perSecond ?? 0),
        String(size?.burst ?? 0),
        String(use.limits.dailyQuota ?? 0),
        this.run,
        String(day),
        String(told),
        String(use.used),
        String(wants),
      ],
    );
    const { refused, tokens, used, own, wallMs } = readAnswer(answer);
    if (use.day === day) {
      // Clocks differ a little: at midnight Redis may count another day, which knows nothing of this one.
      const sameDay = utcDayOf(wallMs) === day;
      if (sameDay) use.learn(day, used - own);
      use.shared = Math.max(use.shared, sameDay ? own : told);
    }
    // What this gateway would go on with if Redis went away now.
    use.bucket = size === null ? null : { tokens, atMs: nowMs };
    return { refusedBy: refused, state: { bucket: use.bucket, used }, wallMs };
  }
}

const refusals = [null, 'rate', 'quota'] as const;

function readAnswer(answer: unknown) {
  const [refused, tokens, used, own, wallMs] = Array.isArray(answer) ? answer.map(Number) : [];
  if (
    refused === undefined ||
    tokens === undefined ||
    used === undefined ||
    own === undefined ||
    wallMs === undefined
  ) {
    throw new Error(`the limits script answered ${JSON.stringify(answer)}`);
  }
  return { refused: refusals[refused] ?? null, tokens, used, own, wallMs };
}
