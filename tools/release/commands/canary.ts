import { setTimeout as pause } from 'node:timers/promises';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { runCanary } from '../canary/run-canary.ts';
import { readRelease } from '../release-manifest.ts';
import type { PromotionWords } from './promote.ts';
import { assertNoUnfinishedCanary, assertPassedBefore, noteOf, openPlace, presentRelease } from './release-context.ts';

/**
 * Brings a release to a target step by step beside the one that serves.
 * @returns whether the release stays
 */
export async function canary(words: PromotionWords): Promise<boolean> {
  const [release, place] = await Promise.all([readRelease(words.release), openPlace(words.target)]);
  await assertPassedBefore(place, release, words.passed);
  await assertNoUnfinishedCanary(place);
  const previous = await presentRelease(place);
  const { settings, target } = place;
  if (previous === null) {
    throw new ClusterError(
      'PRECONDITION_FAILED',
      `nothing serves at ${settings.name} that a release could be tried beside`,
      {
        fix: 'Bring the first release with make promote.',
      },
    );
  }
  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  try {
    const outcome = await runCanary(
      target,
      release,
      { plan: settings.canary, objective: settings.objective, previous },
      {
        nowMs: () => performance.now(),
        pause: (durationMs) => pause(durationMs),
        note: noteOf(place, release),
        stop: stop.signal,
      },
    );
    return outcome.kind === 'promoted';
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}
