import type { Job } from '../../jobs/periodic.ts';
import type { Plane } from '../../plane.ts';
import { forgetOldTraffic } from './retention.ts';
import { rollUp } from './rollup.ts';

const rollUpEveryMs = 10_000;
const forgetEveryMs = 300_000;

export function trafficJobs(plane: Plane): Job[] {
  return [
    {
      name: 'traffic-rollup',
      everyMs: rollUpEveryMs,
      run: async () => void (await plane.store.note(rollUp)),
    },
    {
      name: 'traffic-retention',
      everyMs: forgetEveryMs,
      run: async () => {
        const { history_retention_days: retentionDays } = plane.settings.current;
        // What is forgotten must have been summed up before, also after a time in which nobody did it.
        await plane.store.note(rollUp);
        const removed = await plane.store.note((query) => forgetOldTraffic(query, plane.clock.wallMs(), retentionDays));
        if (removed > 0) plane.log.debug({ removed, retentionDays }, 'old traffic history removed');
      },
    },
  ];
}
