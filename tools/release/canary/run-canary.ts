import { figuresBetween, type TrafficFigures } from '../figures/traffic-figures.ts';
import { judge, type Verdict } from '../gate/judge.ts';
import type { Objective } from '../gate/objective.ts';
import type { GatewayCounters } from '../figures/read-page.ts';
import type { RecordEvent } from '../record/release-record.ts';
import type { Release } from '../release-manifest.ts';
import type { ReleaseTarget } from '../targets/target.ts';
import type { CanaryPlan } from './canary-plan.ts';

export interface CanaryRun {
  readonly plan: CanaryPlan;
  readonly objective: Objective;
  /** The release that serves: what is gone back to. */
  readonly previous: Release;
}

/** What the run needs of the world; tests bring a clock of their own. */
export interface CanaryWorld {
  readonly nowMs: () => number;
  readonly pause: (durationMs: number) => Promise<void>;
  /** Writes the record and tells the person. */
  readonly note: (event: RecordEvent, detail: string) => Promise<void>;
  /** Aborted when the run is to end early: that is a rollback. */
  readonly stop: AbortSignal;
}

export type CanaryOutcome =
  | { readonly kind: 'promoted'; readonly tookMs: number }
  | {
      readonly kind: 'rolled-back';
      readonly reason: string;
      readonly percent: number;
      /** From the first request that could reach the release until the verdict. */
      readonly noticedAfterMs: number;
      /** From the verdict until no request reached it any more. */
      readonly rollbackMs: number;
    };

interface Looks {
  readonly canary: readonly GatewayCounters[];
  readonly stable: readonly GatewayCounters[];
}

/**
 * Brings a release to everybody, step by step, and takes it back by itself when a step fails, a step ends without proof,
 * the target cannot be read or changed, or the run is stopped. Whatever happens, it ends with one release that serves
 * everything.
 */
export async function runCanary(
  target: ReleaseTarget,
  release: Release,
  run: CanaryRun,
  world: CanaryWorld,
): Promise<CanaryOutcome> {
  const { plan, objective, previous } = run;
  const startedAtMs = world.nowMs();
  let percent = 0;
  let exposedAtMs = startedAtMs;
  let adopting = false;
  const reason = await (async (): Promise<string | null> => {
    try {
      await world.note('canary', `gateways of ${release.version} start beside the present ones`);
      await target.startCanary(release);
      exposedAtMs = world.nowMs();
      for (percent of plan.steps) {
        const failure = await runStep(target, percent, { plan, objective, world });
        if (failure !== null) return failure;
      }
      adopting = true;
      await target.adopt(release);
      return null;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  })();
  if (reason === null) {
    const tookMs = world.nowMs() - startedAtMs;
    await world.note('promoted', `${release.version} serves everything after ${seconds(tookMs)}`);
    return { kind: 'promoted', tookMs };
  }
  const noticedAtMs = world.nowMs();
  await target.abandonCanary();
  // Some of it may be the new release already.
  if (adopting) await target.deploy(previous);
  const noticedAfterMs = noticedAtMs - exposedAtMs;
  const rollbackMs = world.nowMs() - noticedAtMs;
  await world.note(
    'rolled-back',
    `at ${percent} %: ${reason}. Noticed after ${seconds(noticedAfterMs)}, rolled back in ${seconds(rollbackMs)}`,
  );
  return { kind: 'rolled-back', reason, percent, noticedAfterMs, rollbackMs };
}

interface StepOptions {
  readonly plan: CanaryPlan;
  readonly objective: Objective;
  readonly world: CanaryWorld;
}

/**
 * So many looks in a row that miss a gateway say that it is gone. One alone says nothing: on a machine that is busy, what
 * asks the gateway may be as late as the gateway. Requests that a gateway fails meanwhile are in its counters afterwards.
 */
const looksMissedMax = 3;

/** @returns null when the step passed, or why it did not. */
async function runStep(target: ReleaseTarget, percent: number, options: StepOptions): Promise<string | null> {
  const { plan, objective, world } = options;
  const first = await look(target);
  if (first.canary.length === 0) return 'none of its gateways answers';
  await target.shift(percent);
  await world.note('shifted', `${percent} % of the requests`);
  const startedAtMs = world.nowMs();
  let missed = 0;
  for (;;) {
    await world.pause(plan.lookEveryMs);
    if (world.stop.aborted) return 'the run was stopped';
    const now = await look(target);
    missed = figuresBetween(first.canary, now.canary).gone === 0 ? 0 : missed + 1;
    if (missed > 0 && missed < looksMissedMax) continue;
    const verdict = verdictOf(objective, first, now);
    const elapsedMs = world.nowMs() - startedAtMs;
    if (verdict.kind === 'fail') {
      await world.note('judged', `${percent} %: fail, ${verdict.reason}`);
      return verdict.reason;
    }
    if (verdict.kind === 'pass' && elapsedMs >= plan.stepMsMin) {
      await world.note('judged', `${percent} %: pass, ${verdict.reason}`);
      return null;
    }
    if (elapsedMs >= plan.stepMsMax) {
      return `not proven after ${seconds(elapsedMs)}: ${verdict.reason}`;
    }
  }
}

async function look(target: ReleaseTarget): Promise<Looks> {
  const [canary, stable] = await Promise.all([target.counters('canary'), target.counters('stable')]);
  return { canary, stable };
}

/** With all traffic on the canary the old release has none, and the objective alone decides. */
function verdictOf(objective: Objective, first: Looks, now: Looks): Verdict {
  const fresh = figuresBetween(first.canary, now.canary);
  const old: TrafficFigures = figuresBetween(first.stable, now.stable);
  return judge(objective, fresh, old.requests === 0 ? null : old);
}

function seconds(durationMs: number): string {
  return `${(durationMs / 1_000).toFixed(1)} s`;
}
