import { knownForDays } from '../../identity/known-browsers.ts';
import type { Job } from '../../jobs/periodic.ts';
import type { Plane } from '../../plane.ts';

const dayMs = 86_400_000;

export function sessionJobs(plane: Plane): Job[] {
  return [
    {
      name: 'ended-sessions',
      everyMs: 600_000,
      run: async () => {
        const nowMs = plane.clock.wallMs();
        const removed = await plane.identity.sessions.sweep(nowMs);
        await plane.identity.attempts.sweep(nowMs);
        await plane.store.note(async (query) => {
          const now = new Date(nowMs);
          const strangersSince = new Date(nowMs - knownForDays * dayMs);
          await query.deleteFrom('one_time_tokens').where('expires_at', '<=', now).execute();
          await query.deleteFrom('oidc_flows').where('expires_at', '<=', now).execute();
          await query.deleteFrom('known_browsers').where('last_sign_in_at', '<=', strangersSince).execute();
        });
        if (removed > 0) plane.log.info({ removed }, 'ended sessions removed');
      },
    },
  ];
}
