import { getTraffic, type TrafficGrouping } from '@cluster-ai/contract/api/traffic.ts';
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { boundsOf, searchOf, type TimeRange } from '../charts/time-range.ts';
import { call } from './client.ts';

/** A range is asked for again this many times before it has moved by its own length. */
const refreshesPerRange = 180;
const refreshMsMin = 5_000;
const refreshMsMax = 300_000;

/** Requests, errors and latency over a range. A relative one moves on by itself. */
export function trafficQuery(range: TimeRange, groupBy: TrafficGrouping, route?: string) {
  return queryOptions({
    queryKey: ['traffic', groupBy, route ?? null, searchOf(range)],
    queryFn: ({ signal }) => {
      const { fromMs, toMs } = boundsOf(range, Date.now());
      const query = {
        from: Math.floor(fromMs),
        to: Math.ceil(toMs),
        groupBy,
        ...(route === undefined ? {} : { route }),
      };
      return call(getTraffic, { query, signal });
    },
    refetchInterval: refreshMs(range),
    placeholderData: keepPreviousData,
  });
}

function refreshMs(range: TimeRange): number | false {
  if (range.kind === 'absolute') return false;
  const { fromMs, toMs } = boundsOf(range, 0);
  return Math.max(refreshMsMin, Math.min(refreshMsMax, (toMs - fromMs) / refreshesPerRange));
}
