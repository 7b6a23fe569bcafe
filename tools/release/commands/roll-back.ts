import { ClusterError } from '@cluster-ai/core/errors.ts';
import { readRecord } from '../record/release-record.ts';
import { hasUnfinishedCanary, noteOf, openPlace, promotedReleases } from './release-context.ts';

/**
 * Ends a canary whose run was killed; without one, brings back the release before the present one.
 * @throws ClusterError PRECONDITION_FAILED when the record knows none before it
 */
export async function rollBack(targetPath: string): Promise<void> {
  const place = await openPlace(targetPath);
  const { settings, target } = place;
  const entries = await readRecord(place.record);
  const promoted = promotedReleases(entries);
  const [before, present] = [promoted.at(-2), promoted.at(-1)];
  if (present === undefined) {
    throw new ClusterError('PRECONDITION_FAILED', `the record of ${settings.name} knows no release that served`);
  }
  const startedAtMs = performance.now();
  const seconds = (): string => `${((performance.now() - startedAtMs) / 1_000).toFixed(1)} s`;
  if (hasUnfinishedCanary(entries)) {
    await target.abandonCanary();
    // Its run may have been killed while the release took over.
    await target.deploy(present);
    await noteOf(place, present)('rolled-back', `an unfinished canary was ended by hand in ${seconds()}`);
    return;
  }
  if (before === undefined) {
    throw new ClusterError(
      'PRECONDITION_FAILED',
      `the record of ${settings.name} knows none before ${present.version}`,
    );
  }
  await target.deploy(before);
  await noteOf(place, present)('withdrawn', `${before.version} serves again after ${seconds()}`);
}
