import type { getKey } from '@cluster-ai/contract/api/keys.ts';
import type { z } from 'zod';
import type { ReadState } from '../../http/preconditions.ts';
import { visibleKey } from './service.ts';

/** The one thing about a key that changes on purpose: whether it was revoked. */
export const keyState: ReadState<z.output<typeof getKey.params>> = async (query, { id }, caller) => {
  const row = await visibleKey(query, caller, id);
  const tag = row.revoked_at?.toISOString() ?? 'active';
  return { tag, what: `key '${row.name}'`, audited: { target: id, nouns: ['key'] } };
};
