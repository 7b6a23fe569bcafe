import type { Job } from '../../jobs/periodic.ts';
import type { Plane } from '../../plane.ts';
import { recordDataOperations } from './record.ts';

const lookEveryMs = 5_000;

export function dataOperationJobs(plane: Plane): Job[] {
  return [
    {
      name: 'data-operations',
      everyMs: lookEveryMs,
      run: async () => void (await recordDataOperations(plane.store)),
    },
  ];
}
