import type { Route } from '@cluster-ai/contract/api/routes.ts';
import type { Change } from '../../database/change.ts';
import { existingRoute, putRoute } from './service.ts';
import { routeOf, selectRoute, writeUnloaded } from './store.ts';

/**
 * Has gateways serve a route again. A model without a route of its own gets one.
 * @throws ClusterError MODEL_NOT_FOUND when there is neither a route nor a model of that name.
 */
export async function loadRoute(change: Change, name: string): Promise<Route> {
  const present = await selectRoute(change.query, name);
  if (present === null) return putRoute(change, name, { kind: 'latest', model: name }, undefined);
  // What was pushed meanwhile without taking traffic gets it: to load is to look at the model anew.
  const moved = present.policy.kind === 'latest' ? await putRoute(change, name, present.policy, undefined) : null;
  if (!present.unloaded) return moved ?? routeOf(present);
  change.record('route.load', name, { revision: moved?.revision ?? present.revision });
  return routeOf(await writeUnloaded(change, name, false));
}

/** Has gateways release what is behind a route. @throws ClusterError NOT_FOUND. */
export async function unloadRoute(change: Change, name: string): Promise<Route> {
  const present = await existingRoute(change.query, name);
  if (present.unloaded) return routeOf(present);
  change.record('route.unload', name, { revision: present.revision });
  return routeOf(await writeUnloaded(change, name, true));
}
