import type { FilterTerm } from '@cluster-ai/contract/api/list-filter.ts';
import { getRoute, listRoutes } from '@cluster-ai/contract/api/routes.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { mockEndpoint } from '../endpoint.ts';
import { mockRoutes } from '../models.ts';
import { onePage } from '../one-page.ts';

/** What the playground types: `name~mn`. The mock knows no other filter. */
function named(filter: readonly FilterTerm[] | undefined) {
  const parts = (filter ?? []).filter(({ field }) => field === 'name').map(({ value }) => value);
  return mockRoutes.filter(({ name }) => parts.every((part) => name.includes(part)));
}

export const routeEndpoints = [
  mockEndpoint(listRoutes, ({ state, query }) => onePage(state.scenario === 'empty' ? [] : named(query.filter))),
  mockEndpoint(getRoute, ({ params, state }) => {
    const route = state.scenario === 'empty' ? undefined : mockRoutes.find(({ name }) => name === params.name);
    if (route === undefined) throw new ClusterError('NOT_FOUND', `there is no route '${params.name}'`);
    return route;
  }),
];
