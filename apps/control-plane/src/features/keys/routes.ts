import * as contract from '@cluster-ai/contract/api/keys.ts';
import type { Register } from '../../http/register-endpoint.ts';
import type { Plane } from '../../plane.ts';
import { createKey, revokeKey, visibleCondition, visibleKey } from './service.ts';
import { keyState } from './state.ts';
import { keyOf, listKeyRows } from './store.ts';

/** API keys: one's own, and everybody's for administrators. */
export function keyRoutes(register: Register, plane: Plane): void {
  const { store } = plane;

  register(contract.listKeys, async ({ query, caller }) => {
    const { list } = contract.listKeys.query;
    const { items, ...rest } = await store.read((database) =>
      listKeyRows(database, query, list, visibleCondition(caller.principal)),
    );
    return { ...rest, items: items.map(keyOf) };
  });

  register(contract.getKey, async ({ params, caller }) =>
    keyOf(await store.read((database) => visibleKey(database, caller.principal, params.id))),
  );

  register(contract.createKey, async ({ body, caller }) => {
    const { value, snapshotVersion } = await store.change(caller, (change) =>
      createKey(change, caller.principal, body),
    );
    return { ...value, snapshotVersion };
  });

  register(
    contract.revokeKey,
    async ({ params, caller }) => {
      const { value, snapshotVersion } = await store.change(caller, (change) =>
        revokeKey(change, caller.principal, params.id),
      );
      return { key: value, snapshotVersion };
    },
    { state: keyState },
  );
}
