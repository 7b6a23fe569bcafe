import { bucketSizeOf, type KeyLimits, type KeyState } from '@cluster-ai/core/limits/key-limits.ts';
import { msToNextUtcDay } from '@cluster-ai/core/limits/utc-day.ts';
import type { Headers } from '@cluster-ai/platform/edge/edge.ts';

const daySeconds = 86_400;

/**
 * What a limited key has left, in the fields of the IETF draft on rate limit headers: `RateLimit-Policy` names the limits
 * (q requests in w seconds), `RateLimit` what remains of each (r) and in how many seconds it is whole again (t).
 * `x-cluster-ai-limits: local` says that this gateway counts alone.
 */
export function limitHeaders(limits: KeyLimits, state: KeyState, wallMs: number, shared: boolean): Headers {
  const policies: string[] = [];
  const standing: string[] = [];
  const size = bucketSizeOf(limits);
  if (size !== null) {
    const tokens = state.bucket?.tokens ?? size.burst;
    const secondsToFull = Math.ceil((size.burst - tokens) / size.perSecond);
    policies.push(`"rate";q=${size.burst};w=${Math.max(1, Math.ceil(size.burst / size.perSecond))}`);
    standing.push(`"rate";r=${Math.max(0, Math.floor(tokens))};t=${secondsToFull}`);
  }
  if (limits.dailyQuota !== null) {
    policies.push(`"day";q=${limits.dailyQuota};w=${daySeconds}`);
    standing.push(
      `"day";r=${Math.max(0, limits.dailyQuota - state.used)};t=${Math.ceil(msToNextUtcDay(wallMs) / 1_000)}`,
    );
  }
  return [
    ['RateLimit-Policy', policies.join(', ')],
    ['RateLimit', standing.join(', ')],
    ...(shared ? [] : ([['x-cluster-ai-limits', 'local']] as const)),
  ];
}
