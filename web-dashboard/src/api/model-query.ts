import { getModel } from '@cluster-ai/contract/api/models.ts';
import { getRoute } from '@cluster-ai/contract/api/routes.ts';
import { queryOptions } from '@tanstack/react-query';
import { call } from './client.ts';

export function modelQuery(name: string) {
  return queryOptions({
    queryKey: ['model', name],
    queryFn: ({ signal }) => call(getModel, { params: { name }, signal }),
  });
}

export function routeQuery(name: string) {
  return queryOptions({
    queryKey: ['route', name],
    queryFn: ({ signal }) => call(getRoute, { params: { name }, signal }),
  });
}
