import { getRoute, listRoutes } from '@cluster-ai/contract/api/routes.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { mockEndpoint } from '../endpoint.ts';
import { mockRoutes } from '../models.ts';
import { onePage } from '../one-page.ts';

export const routeEndpoints = [
  mockEndpoint(listRoutes, ({ state }) => onePage(state.scenario === 'empty' ? [] : mockRoutes)),
  mockEndpoint(getRoute, ({ params, state }) => {
    const route = state.scenario === 'empty' ? undefined : mockRoutes.find(({ name }) => name === params.name);
    if (route === undefined) throw new ClusterError('MODEL_NOT_FOUND', `there is no route '${params.name}'`);
    return route;
  }),
];
