import { figuresBetween } from '../figures/traffic-figures.ts';
import { judge } from '../gate/judge.ts';
import { callerOf } from '../checks/call.ts';
import { integrationProblems, sendLoad } from '../checks/integration-checks.ts';
import { readRelease, type Release } from '../release-manifest.ts';
import {
  assertNoUnfinishedCanary,
  assertPassedBefore,
  noteOf,
  openPlace,
  presentRelease,
  type Place,
} from './release-context.ts';

/** Paths: of the release, of the target, and of a copy of the record of the target before it. */
export interface PromotionWords {
  readonly release: string;
  readonly target: string;
  readonly passed: string | undefined;
}

/**
 * Brings a release to a target as a whole, calls it, and judges it by its objective. What does not hold is replaced by
 * the release before it, and the time that this took is printed.
 * @returns whether the release stays
 */
export async function promote(words: PromotionWords): Promise<boolean> {
  const [release, place] = await Promise.all([readRelease(words.release), openPlace(words.target)]);
  await assertPassedBefore(place, release, words.passed);
  await assertNoUnfinishedCanary(place);
  const previous = await presentRelease(place);
  const note = noteOf(place, release);
  const { target } = place;
  const problem = await bring(place, release, note);
  if (problem === null) {
    await note('promoted', 'it serves everything, and holds its objective');
    return true;
  }
  const noticedAtMs = performance.now();
  if (previous !== null) await target.deploy(previous);
  const back =
    previous === null
      ? 'there was none before it, so it is left for you to look at'
      : `${previous.version} serves again after ${((performance.now() - noticedAtMs) / 1_000).toFixed(1)} s`;
  await note('rolled-back', `${problem}; ${back}`);
  return false;
}

/** @returns null when it holds, or what is wrong. */
async function bring(
  { target, settings }: Place,
  release: Release,
  note: ReturnType<typeof noteOf>,
): Promise<string | null> {
  try {
    await target.deploy(release);
    await note('deployed', 'healthy by its own checks');
    const call = await callerOf(settings);
    const problems = await integrationProblems(call, settings.checks);
    if (problems.length > 0) return problems.join('; ');
    if (!settings.checks.some(({ body }) => body !== undefined)) {
      return 'none of its checks is a prediction, so nothing shows that it predicts: add one with a body to the target';
    }
    const before = await target.counters('stable');
    await sendLoad(call, settings.checks, settings.load);
    const verdict = judge(settings.objective, figuresBetween(before, await target.counters('stable')), null);
    await note('judged', `${verdict.kind}, ${verdict.reason}`);
    return verdict.kind === 'pass' ? null : verdict.reason;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
