import type { Job } from '../../jobs/periodic.ts';
import type { Plane } from '../../plane.ts';
import { deleteOldSnapshots } from './store.ts';

/** Enough to see what a day of many changes did; each holds the whole state. */
const snapshotsKept = 200;

export function snapshotJobs(plane: Plane): Job[] {
  return [
    {
      name: 'snapshot-retention',
      everyMs: 600_000,
      run: async () => {
        const removed = await plane.store.note((query) => deleteOldSnapshots(query, snapshotsKept));
        if (removed > 0) plane.log.info({ removed, kept: snapshotsKept }, 'old snapshots removed');
      },
    },
  ];
}
