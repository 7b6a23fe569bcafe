import type { Job } from '../../jobs/periodic.ts';
import type { Plane } from '../../plane.ts';
import { deleteSilentGateways } from './store.ts';

/** After this silence a gateway is taken to have been removed, and no longer shown as missing. */
const silentMs = 3_600_000;

export function fleetJobs(plane: Plane): Job[] {
  return [
    {
      name: 'silent-gateways',
      everyMs: 60_000,
      run: async () => {
        const gateways = await plane.store.note((query) => deleteSilentGateways(query, silentMs));
        for (const gateway of gateways) plane.reports.delete(gateway);
        if (gateways.length > 0) {
          plane.log.info({ gateways, silentMs }, 'gateways that have been silent for long were forgotten');
        }
      },
    },
  ];
}
