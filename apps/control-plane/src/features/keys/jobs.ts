import type { Job } from '../../jobs/periodic.ts';
import type { Plane } from '../../plane.ts';
import { deleteOldUsage } from './usage.ts';

export function keyJobs(plane: Plane): Job[] {
  return [
    {
      name: 'key-usage-retention',
      everyMs: 3_600_000,
      run: async () => {
        const removed = await plane.store.note((query) => deleteOldUsage(query, plane.clock.wallMs()));
        if (removed > 0) plane.log.debug({ removed }, 'counters of keys of past days removed');
      },
    },
  ];
}
