import type { Admission } from './admission/admission.ts';
import type { Deployment } from './models/deployment.ts';
import type { RouteTable } from './routing/route-table.ts';
import type { SnapshotFollower } from './snapshot/snapshot-follower.ts';

/**
 * Why this gateway should get no traffic; empty when it is ready. A model that comes later, or that cannot be served,
 * does not turn a serving gateway red: only the first load has to settle.
 */
export function readinessReasons(parts: {
  readonly admission: Admission;
  readonly follower: Pick<SnapshotFollower, 'applied'>;
  readonly deployment: Pick<Deployment, 'settled' | 'loadingNames'>;
  readonly routes: RouteTable;
}): () => readonly string[] {
  let settledOnce = false;
  return () => {
    if (parts.admission.stopping) return ['the gateway is stopping'];
    if (parts.follower.applied === null) return ['no snapshot yet: the control plane has not been reached'];
    settledOnce ||= parts.deployment.settled;
    if (!settledOnce) return [`loading models: ${parts.deployment.loadingNames().join(', ')}`];
    const routes = parts.routes.all();
    const unserved = routes.length > 0 && routes.every((route) => route.serving.length === 0);
    return unserved ? ['no model can be served: every one failed or is loading'] : [];
  };
}
