import { faultRatio, quantileMs, type TrafficFigures } from '../figures/traffic-figures.ts';
import type { Objective } from './objective.ts';
import { certainlyAbove, certainlyMore } from './proportions.ts';

/** `pass`: it holds the objective; `fail`: it certainly does not; `wait`: neither is proven yet. */
export interface Verdict {
  readonly kind: 'pass' | 'wait' | 'fail';
  readonly reason: string;
}

/**
 * Judges a new release by what its gateways did, against the objective and against the old release in the same time.
 * Where the old one fails as much, the cause is elsewhere: then nothing is proven, and nothing moves on.
 *
 * @param old null where nothing runs beside it, as in staging
 */
export function judge(objective: Objective, fresh: TrafficFigures, old: TrafficFigures | null): Verdict {
  if (fresh.gone > 0) return fail(`${fresh.gone} of its gateways no longer answer`);
  if (fresh.restarts > 0) return fail(`its gateways were started again ${fresh.restarts} times`);
  const failure = failsTooOften(objective, fresh, old) ?? isTooSlow(objective, fresh, old);
  if (failure !== null) return failure;
  if (fresh.requests < objective.requestsMin) {
    return wait(`${fresh.requests} of ${objective.requestsMin} requests seen`);
  }
  const ratio = faultRatio(fresh);
  const allowed = Math.min(
    objective.faultRatioMax,
    old === null || old.requests === 0 ? 1 : faultRatio(old) + objective.faultRatioWorseMax,
  );
  if (ratio > allowed) return wait(`${percent(ratio)} failed where ${percent(allowed)} may: not certain yet`);
  const p99Ms = quantileMs(fresh, 0.99) ?? 0;
  if (p99Ms > objective.p99MsMax) return wait(`p99 ${ms(p99Ms)}, and the old release is as slow`);
  return {
    kind: 'pass',
    reason: `${fresh.requests} requests, ${percent(ratio)} failed, p99 ${ms(p99Ms)}`,
  };
}

function failsTooOften(objective: Objective, fresh: TrafficFigures, old: TrafficFigures | null): Verdict | null {
  const comparable = old !== null && old.requests > 0;
  const seen = `${fresh.faults} of ${fresh.requests} requests failed (${percent(faultRatio(fresh))})`;
  const beside = comparable ? `; of the old release ${percent(faultRatio(old))}` : '';
  if (comparable && !certainlyMore(fresh, old)) return null;
  if (certainlyAbove(fresh, objective.faultRatioMax)) {
    return fail(`${seen}, where ${percent(objective.faultRatioMax)} may${beside}`);
  }
  if (comparable && certainlyAbove(fresh, faultRatio(old) + objective.faultRatioWorseMax)) {
    return fail(`${seen}${beside}: more than ${percent(objective.faultRatioWorseMax)} worse`);
  }
  return null;
}

function isTooSlow(objective: Objective, fresh: TrafficFigures, old: TrafficFigures | null): Verdict | null {
  if (fresh.requests < objective.requestsMin) return null;
  const p99Ms = quantileMs(fresh, 0.99);
  if (p99Ms === null) return null;
  // A p99 of few requests is the time of one of them.
  const oldP99Ms = old === null || old.requests < objective.requestsMin ? null : quantileMs(old, 0.99);
  if (oldP99Ms === null) {
    return p99Ms > objective.p99MsMax ? fail(`p99 ${ms(p99Ms)}, where ${ms(objective.p99MsMax)} may`) : null;
  }
  const beside = `of the old release ${ms(oldP99Ms)}`;
  if (p99Ms > Math.max(objective.p99WorseFactorMax * oldP99Ms, objective.p99WorseFromMs)) {
    return fail(`p99 ${ms(p99Ms)}; ${beside}: more than ${objective.p99WorseFactorMax} times as long`);
  }
  return null;
}

function fail(reason: string): Verdict {
  return { kind: 'fail', reason };
}

function wait(reason: string): Verdict {
  return { kind: 'wait', reason };
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}

function ms(durationMs: number): string {
  return `${durationMs.toFixed(durationMs < 10 ? 1 : 0)} ms`;
}
