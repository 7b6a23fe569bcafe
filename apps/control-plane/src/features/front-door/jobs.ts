import { forgetIssuers, issuerKeptMs, registerIssuer, seeIssuer } from '../../identity/token-issuers.ts';
import type { Job } from '../../jobs/periodic.ts';
import type { Plane } from '../../plane.ts';

const everyMs = 3_600_000;

/** Keeps the list of those whose prediction tokens gateways take to the control planes that are there. */
export function issuerJobs(plane: Plane): Job[] {
  const { issuer } = plane.identity;
  return [
    {
      // Under a name of its own, because each control plane does it for itself.
      name: `see-issuer ${issuer.id}`,
      everyMs,
      run: async () => {
        const now = new Date(plane.clock.wallMs());
        if (await plane.store.note((query) => seeIssuer(query, issuer.id, now))) return;
        const by = { actor: 'system', requestId: 'job:see-issuer' };
        await plane.store.change(by, (change) => registerIssuer(change, issuer));
      },
    },
    {
      name: 'forget-issuers',
      everyMs,
      run: async () => {
        const seenBefore = new Date(plane.clock.wallMs() - issuerKeptMs);
        const by = { actor: 'system', requestId: 'job:forget-issuers' };
        await plane.store.change(by, (change) => forgetIssuers(change, seenBefore));
      },
    },
  ];
}
