import { getOverview } from '@cluster-ai/contract/api/system.ts';
import { queryOptions } from '@tanstack/react-query';
import { call } from './client.ts';
import { isStreamOpen } from './stream-state.ts';

/** How often the overview is asked for while no events arrive: as often as gateways report, milliseconds. */
export const overviewIntervalMs = 2_000;

/**
 * Kept fresh by events (`live.ts`), and polled without them. No retries: the next poll is the retry, and the reader learns
 * at once that there was no answer.
 */
export const overviewQuery = queryOptions({
  queryKey: ['overview'],
  queryFn: ({ signal }) => call(getOverview, { signal }),
  refetchInterval: () => (isStreamOpen() ? false : overviewIntervalMs),
  retry: false,
  refetchIntervalInBackground: true,
});
