import { callEndpoint, type ClientOptions } from '@cluster-ai/contract/api/client.ts';
import { listModels } from '@cluster-ai/contract/api/models.ts';
import { pageSizeMax } from '@cluster-ai/contract/api/page.ts';
import { listRoutes } from '@cluster-ai/contract/api/routes.ts';
import { getOverview } from '@cluster-ai/contract/api/system.ts';
import { keepPreviousData, queryOptions } from '@tanstack/react-query';

/** How often the overview is asked for: as often as gateways report, milliseconds. */
export const overviewIntervalMs = 2_000;

const listIntervalMs = 10_000;

/** The dashboard is served by the control plane itself, so there is one origin and no address to configure. */
const sameOrigin: ClientOptions = { baseUrl: globalThis.location.origin, timeoutMs: 5_000 };

/**
 * Polled without retries: the next poll is the retry, and the reader learns at once that there was no answer.
 * `networkMode: 'always'`, because a machine without a network still reaches its own control plane.
 */
const polled = { retry: false, networkMode: 'always', refetchIntervalInBackground: true } as const;

export const overviewQuery = queryOptions({
  queryKey: ['overview'],
  queryFn: ({ signal }) => callEndpoint(sameOrigin, getOverview, { signal }),
  refetchInterval: overviewIntervalMs,
  ...polled,
});

/** `snapshot` is part of the key: a new one means that models or routes have changed, and they are asked for at once. */
export function modelsQuery(snapshot: string) {
  return queryOptions({
    queryKey: ['models', snapshot],
    queryFn: ({ signal }) => callEndpoint(sameOrigin, listModels, { query: { limit: pageSizeMax }, signal }),
    refetchInterval: listIntervalMs,
    placeholderData: keepPreviousData,
    ...polled,
  });
}

export function routesQuery(snapshot: string) {
  return queryOptions({
    queryKey: ['routes', snapshot],
    queryFn: ({ signal }) => callEndpoint(sameOrigin, listRoutes, { query: { limit: pageSizeMax }, signal }),
    refetchInterval: listIntervalMs,
    placeholderData: keepPreviousData,
    ...polled,
  });
}
