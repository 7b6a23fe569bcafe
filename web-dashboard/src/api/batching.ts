import { getModelBatching } from '@cluster-ai/contract/api/models.ts';
import { queryOptions } from '@tanstack/react-query';
import { call } from './client.ts';
import { overviewIntervalMs } from './overview.ts';

/** How the requests of a model become batches, asked for as often as gateways tell it. */
export function batchingQuery(model: string) {
  return queryOptions({
    queryKey: ['batching', model],
    queryFn: ({ signal }) => call(getModelBatching, { params: { name: model }, signal }),
    refetchInterval: overviewIntervalMs,
    retry: false,
  });
}
