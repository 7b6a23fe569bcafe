import { getModel, getVersion } from '@cluster-ai/contract/api/models.ts';
import { getRoute, listRoutes } from '@cluster-ai/contract/api/routes.ts';
import { queryOptions } from '@tanstack/react-query';
import { call } from './client.ts';

export function modelQuery(name: string) {
  return queryOptions({
    queryKey: ['model', name],
    queryFn: ({ signal }) => call(getModel, { params: { name }, signal }),
    structuralSharing: false,
  });
}

export function routeQuery(name: string) {
  return queryOptions({
    queryKey: ['route', name],
    queryFn: ({ signal }) => call(getRoute, { params: { name }, signal }),
  });
}

export function versionQuery(name: string, version: number) {
  return queryOptions({
    queryKey: ['model', name, 'version', version],
    queryFn: ({ signal }) => call(getVersion, { params: { name, version }, signal }),
    structuralSharing: false,
  });
}

/** Routes that have a model behind them, at most one page of them. */
export function routesOfQuery(model: string) {
  return queryOptions({
    queryKey: ['routes', 'of', model],
    queryFn: ({ signal }) => call(listRoutes, { query: { filter: `model=${filterValue(model)}` }, signal }),
  });
}

/** Names are made of letters, digits, dots, dashes and underscores; anything else needs quotes. */
function filterValue(text: string): string {
  return /^[\w.-]+$/.test(text) ? text : `"${text.replaceAll('"', '')}"`;
}
