import * as contract from '@cluster-ai/contract/api/routes.ts';
import type { Register } from '../../http/register-endpoint.ts';
import type { Plane } from '../../plane.ts';
import { loadRoute, unloadRoute } from './load-route.ts';
import { listRevisions, listRoutes } from './list-routes.ts';
import { deleteRoute, existingRoute, putRoute, rollbackRoute } from './service.ts';
import { routeOf } from './store.ts';
import { routeState } from './state.ts';

/** Public names and the versions behind them. */
export function routeRoutes(register: Register, plane: Plane): void {
  const { store } = plane;

  register(contract.listRoutes, async ({ query: request }) => {
    const { items, ...page } = await store.read((query) => listRoutes(query, request));
    return { ...page, items: items.map(routeOf) };
  });

  register(contract.getRoute, async ({ params }) =>
    routeOf(await store.read((database) => existingRoute(database, params.name))),
  );

  register(
    contract.putRoute,
    async ({ params, body, caller }) => {
      const { value, snapshotVersion } = await store.change(caller, (change) =>
        putRoute(change, params.name, body.policy, body.stickyHeader),
      );
      return { ...value, snapshotVersion };
    },
    { state: routeState },
  );

  register(
    contract.rollbackRoute,
    async ({ params, body, caller }) => {
      const { value, snapshotVersion } = await store.change(caller, (change) =>
        rollbackRoute(change, params.name, body.revision),
      );
      return { ...value, snapshotVersion };
    },
    { state: routeState },
  );

  register(contract.loadRoute, async ({ params, caller }) => {
    const { value, snapshotVersion } = await store.change(caller, (change) => loadRoute(change, params.name));
    return { ...value, snapshotVersion };
  });

  register(contract.unloadRoute, async ({ params, caller }) => {
    const { value, snapshotVersion } = await store.change(caller, (change) => unloadRoute(change, params.name));
    return { ...value, snapshotVersion };
  });

  register(contract.listRouteRevisions, async ({ params, query: request }) => {
    const { items, ...page } = await store.read(async (query) => {
      await existingRoute(query, params.name);
      return listRevisions(query, params.name, request);
    });
    const revisions = items.map((row) => ({
      revision: row.revision,
      policy: row.policy,
      createdAt: row.created_at.toISOString(),
      createdBy: row.created_by,
      restoredFrom: row.restored_from,
      variants: row.variants,
    }));
    return { ...page, items: revisions };
  });

  register(
    contract.deleteRoute,
    async ({ params, caller }) => {
      await store.change(caller, (change) => deleteRoute(change, params.name));
      return { deleted: params.name };
    },
    { state: routeState },
  );
}
