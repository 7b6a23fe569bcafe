import { setTimeout as pause } from 'node:timers/promises';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { runCanary } from '../canary/run-canary.ts';
import { readRelease } from '../release-manifest.ts';
import { readTargetFile } from '../targets/target-file.ts';
import { assertNoUnfinishedCanary, assertPassedBefore, noteOf, presentRelease, targetOf } from './release-context.ts';

/**
 * Brings a release to a target step by step beside the one that serves.
 * @returns whether the release stays
 */
export async function canary(releasePath: string, targetPath: string): Promise<boolean> {
  const [release, settings] = await Promise.all([readRelease(releasePath), readTargetFile(targetPath)]);
  await assertPassedBefore(settings, release);
  await assertNoUnfinishedCanary(settings);
  const previous = await presentRelease(settings);
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
      targetOf(settings),
      release,
      { plan: settings.canary, objective: settings.objective, previous },
      {
        nowMs: () => performance.now(),
        pause: (durationMs) => pause(durationMs),
        note: noteOf(settings, release),
        stop: stop.signal,
      },
    );
    return outcome.kind === 'promoted';
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}
