import type { GatewayCounters } from './read-page.ts';

/** What the gateways of one release did between two looks at them. */
export interface TrafficFigures {
  readonly requests: number;
  readonly faults: number;
  /** Requests that took at most so long: bounds in seconds rise, and so do the counts. */
  readonly within: readonly { readonly seconds: number; readonly requests: number }[];
  /** Gateways that were started again meanwhile. */
  readonly restarts: number;
  /** Gateways of the first look that are gone in the second. */
  readonly gone: number;
}

/**
 * What happened between two looks. A gateway that is new counts from 0, and so does one that was started again: what it
 * did before its restart is lost with its counters.
 */
export function figuresBetween(earlier: readonly GatewayCounters[], later: readonly GatewayCounters[]): TrafficFigures {
  const before = new Map(earlier.map((counters) => [counters.instance, counters]));
  const withinSeconds = new Map<number, number>();
  let requests = 0;
  let faults = 0;
  let restarts = 0;
  for (const now of later) {
    const known = before.get(now.instance);
    const restarted = known !== undefined && known.startedAtSeconds !== now.startedAtSeconds;
    if (restarted) restarts += 1;
    const base = restarted ? undefined : known;
    requests += Math.max(0, now.requests - (base?.requests ?? 0));
    faults += Math.max(0, now.faults - (base?.faults ?? 0));
    for (const [bound, count] of now.withinSeconds) {
      const grown = Math.max(0, count - (base?.withinSeconds.get(bound) ?? 0));
      withinSeconds.set(bound, (withinSeconds.get(bound) ?? 0) + grown);
    }
  }
  const here = new Set(later.map(({ instance }) => instance));
  const gone = earlier.filter(({ instance }) => !here.has(instance)).length;
  const within = Array.from(withinSeconds, ([seconds, count]) => ({ seconds, requests: count })).toSorted(
    (left, right) => left.seconds - right.seconds,
  );
  return { requests, faults, within, restarts, gone };
}

/** Share of requests that failed by the platform's fault; 0 where there were none. */
export function faultRatio({ requests, faults }: Pick<TrafficFigures, 'requests' | 'faults'>): number {
  // Both are counters that are read one after the other: a fault may be in and its request not yet.
  return requests === 0 ? 0 : Math.min(1, faults / requests);
}

/**
 * The duration that `share` of the requests kept, milliseconds: between two bounds it is taken in proportion, as
 * Prometheus does. Beyond the last bound it is that bound; null without requests.
 */
export function quantileMs({ within }: Pick<TrafficFigures, 'within'>, share: number): number | null {
  const total = within.at(-1)?.requests ?? 0;
  if (total === 0) return null;
  const rank = share * total;
  let lowerSeconds = 0;
  let lowerRequests = 0;
  for (const { seconds, requests } of within) {
    if (requests >= rank) {
      if (seconds === Number.POSITIVE_INFINITY) return lowerSeconds * 1_000;
      const inside = requests - lowerRequests;
      const part = inside === 0 ? 1 : (rank - lowerRequests) / inside;
      return (lowerSeconds + (seconds - lowerSeconds) * part) * 1_000;
    }
    lowerSeconds = seconds;
    lowerRequests = requests;
  }
  return lowerSeconds * 1_000;
}
