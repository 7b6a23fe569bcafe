import type { ClientOptions } from '@cluster-ai/contract/api/client.ts';
import { printFilter } from '@cluster-ai/contract/api/list-filter.ts';
import { getKey, listKeys } from '@cluster-ai/contract/api/keys.ts';
import type { ApiKey } from '@cluster-ai/contract/api/keys.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { call } from '../../connection/call.ts';
import { readList } from '../../connection/read-list.ts';

/** How a key is named in every command about keys. */
export const keyArgument = ['<key>', 'id of the key, or its name'] as const;

/**
 * A key by its id, or by its name when one usable key alone has it.
 * @throws ClusterError NOT_FOUND; CONFIG_INVALID when several keys have the name.
 */
export async function findKey(client: ClientOptions, key: string): Promise<ApiKey> {
  try {
    return await call(client, getKey, { params: { id: key } });
  } catch (error) {
    const isNoId = error instanceof ClusterError && (error.code === 'NOT_FOUND' || error.code === 'INVALID_ARGUMENT');
    if (!isNoId) throw error;
  }
  const filter = printFilter([{ field: 'name', operator: '=', value: key }]);
  const named = (await readList(client, listKeys, { filter })).items;
  const active = named.filter(({ state }) => state === 'active');
  const [found, second] = active.length === 0 ? named : active;
  if (found === undefined) {
    throw new ClusterError('NOT_FOUND', `no key has the id or the name ${key}`, {
      fix: 'cluster-ai key list shows the keys',
    });
  }
  if (second !== undefined) {
    const ids = (active.length === 0 ? named : active).map(({ id }) => id);
    throw new ClusterError('CONFIG_INVALID', `${ids.length} keys are named ${key}: ${ids.join(', ')}`, {
      fix: 'name the key by its id',
    });
  }
  return found;
}
