import type { Job } from '../jobs/periodic.ts';
import type { Plane } from '../plane.ts';
import { deleteExpiredKeys } from './idempotency-store.ts';

/** Forgets Idempotency-Keys after their day. */
export function idempotencyJobs(plane: Plane): Job[] {
  return [
    {
      name: 'idempotency-keys',
      everyMs: 600_000,
      run: async () => {
        const removed = await plane.store.note(deleteExpiredKeys);
        if (removed > 0) plane.log.info({ removed }, 'Idempotency-Keys were forgotten after their day');
      },
    },
  ];
}
