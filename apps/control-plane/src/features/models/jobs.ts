import type { Job } from '../../jobs/periodic.ts';
import type { Plane } from '../../plane.ts';
import { selectNeededDigests } from './store.ts';

/** A file that was just stored may belong to a version that is about to be written. */
const unusedAgeMs = 3_600_000;

/** What another control plane was receiving and has not written to for so long is not being received any more. */
const abandonedAgeMs = 24 * 3_600_000;

/** Files that are looked at under one lock. */
const batchMax = 200;

export function modelJobs(plane: Plane): Job[] {
  return [
    {
      name: 'unused-files',
      everyMs: 600_000,
      run: async () => {
        await removeUnusedFiles(plane, unusedAgeMs);
        await plane.files.removeAbandoned(plane.clock.wallMs() - abandonedAgeMs);
      },
    },
  ];
}

/** Removes stored files that no version and no upload needs, and that are older than `ageMs`. */
export async function removeUnusedFiles(plane: Plane, ageMs: number): Promise<void> {
  const old = await plane.files.storedBefore(plane.clock.wallMs() - ageMs);
  let removed = 0;
  for (let start = 0; start < old.length; start += batchMax) {
    const batch = old.slice(start, start + batchMax);
    removed += await plane.store.note(async (query) => {
      // The lock that every change takes: no version can be written while its files are being removed.
      await query.selectFrom('installation').select('epoch').forUpdate().execute();
      const needed = await selectNeededDigests(query, batch);
      const unused = batch.filter((sha256) => !needed.has(sha256));
      for (const sha256 of unused) await plane.files.remove(sha256);
      return unused.length;
    });
  }
  if (removed > 0) plane.log.info({ removed }, 'files that no version needs were removed');
}
