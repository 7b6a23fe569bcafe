import type { getRoute } from '@cluster-ai/contract/api/routes.ts';
import type { z } from 'zod';
import type { ReadState } from '../../http/preconditions.ts';

/** What tells one state of a route from another: its revision. */
export const routeState: ReadState<z.output<typeof getRoute.params>> = async (query, { name }) => {
  const row = await query.selectFrom('routes').select('revision').where('name', '=', name).executeTakeFirst();
  if (row === undefined) return null;
  return { tag: String(row.revision), what: `route '${name}'`, audited: { target: name, nouns: ['route'] } };
};
