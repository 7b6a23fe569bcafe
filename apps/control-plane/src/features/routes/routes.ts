import * as contract from '@cluster-ai/contract/api/routes.ts';
import { numberCursor, pageOf } from '../../http/paging.ts';
import type { Register } from '../../http/register-endpoint.ts';
import type { Plane } from '../../plane.ts';
import { deleteRoute, existingRoute, putRoute, rollbackRoute } from './service.ts';
import { routeOf, selectRevisions, selectRoutes } from './store.ts';

/** Public names and the versions behind them. */
export function routeRoutes(register: Register, plane: Plane): void {
  const { store } = plane;

  register(contract.listRoutes, async ({ query }) => {
    const rows = await store.read((database) => selectRoutes(database, query.cursor ?? '', query.limit + 1));
    return pageOf(rows.map(routeOf), query.limit, (route) => route.name);
  });

  register(contract.getRoute, async ({ params }) =>
    routeOf(await store.read((database) => existingRoute(database, params.name))),
  );

  register(contract.putRoute, async ({ params, body, caller }) => {
    const { value, snapshotVersion } = await store.change(caller, (change) =>
      putRoute(change, params.name, body.policy, body.stickyHeader),
    );
    return { ...value, snapshotVersion };
  });

  register(contract.rollbackRoute, async ({ params, body, caller }) => {
    const { value, snapshotVersion } = await store.change(caller, (change) =>
      rollbackRoute(change, params.name, body.revision),
    );
    return { ...value, snapshotVersion };
  });

  register(contract.listRouteRevisions, async ({ params, query }) => {
    const rows = await store.read(async (database) => {
      await existingRoute(database, params.name);
      return selectRevisions(database, params.name, numberCursor(query.cursor), query.limit + 1);
    });
    const revisions = rows.map((row) => ({
      revision: row.revision,
      policy: row.policy,
      createdAt: row.created_at.toISOString(),
      createdBy: row.created_by,
      restoredFrom: row.restored_from,
      variants: row.variants,
    }));
    return pageOf(revisions, query.limit, (revision) => String(revision.revision));
  });

  register(contract.deleteRoute, async ({ params, caller }) => {
    await store.change(caller, (change) => deleteRoute(change, params.name));
    return { deleted: params.name };
  });
}
