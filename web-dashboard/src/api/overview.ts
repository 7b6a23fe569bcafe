import { getOverview } from '@cluster-ai/contract/api/system.ts';
import { queryOptions } from '@tanstack/react-query';
import { call } from './client.ts';

/** How often the overview is asked for: as often as gateways report, milliseconds. */
export const overviewIntervalMs = 2_000;

/**
 * Polled without retries: the next poll is the retry, and the reader learns at once that there was no answer.
 * `networkMode: 'always'`, because a machine without a network still reaches its own control plane.
 */
export const overviewQuery = queryOptions({
  queryKey: ['overview'],
  queryFn: ({ signal }) => call(getOverview, { signal }),
  refetchInterval: overviewIntervalMs,
  retry: false,
  networkMode: 'always',
  refetchIntervalInBackground: true,
});
