import { listModels } from '@cluster-ai/contract/api/models.ts';
import { pageSizeMax } from '@cluster-ai/contract/api/page.ts';
import { listRoutes } from '@cluster-ai/contract/api/routes.ts';
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { call } from './client.ts';

const listIntervalMs = 10_000;

const polled = {
  refetchInterval: listIntervalMs,
  placeholderData: keepPreviousData,
  retry: false,
  networkMode: 'always',
} as const;

/** `snapshot` is part of the key: a new one means that models or routes have changed, and they are asked for at once. */
export function modelsQuery(snapshot: string) {
  return queryOptions({
    queryKey: ['models', 'first', snapshot],
    queryFn: ({ signal }) => call(listModels, { query: { limit: pageSizeMax }, signal }),
    ...polled,
  });
}

export function routesQuery(snapshot: string) {
  return queryOptions({
    queryKey: ['routes', 'first', snapshot],
    queryFn: ({ signal }) => call(listRoutes, { query: { limit: pageSizeMax }, signal }),
    ...polled,
  });
}
