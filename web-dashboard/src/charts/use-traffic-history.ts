import type { Overview } from '@cluster-ai/contract/api/system.ts';
import { useState } from 'react';
import { summarizeFleet } from '../api/fleet-summary.ts';
import { appendSample, type TrafficSample } from './traffic-history.ts';

/**
 * Collects what the overview reports while the page is open. The control plane keeps no series yet, so the history
 * starts with the page and the page says so.
 * @param updatedAtMs when `overview` arrived.
 */
export function useTrafficHistory(overview: Overview | undefined, updatedAtMs: number): readonly TrafficSample[] {
  const [state, setState] = useState<State>({ seenAtMs: 0, samples: [] });
  if (overview !== undefined && updatedAtMs !== state.seenAtMs) {
    const samples = appendSample(state.samples, sampleOf(overview, updatedAtMs));
    setState({ seenAtMs: updatedAtMs, samples });
  }
  return state.samples;
}

interface State {
  /** When the newest overview arrived that is part of `samples`. */
  readonly seenAtMs: number;
  readonly samples: readonly TrafficSample[];
}

function sampleOf(overview: Overview, atMs: number): TrafficSample {
  const fleet = summarizeFleet(overview);
  const known = fleet.connected.length > 0;
  return {
    atMs,
    requestsPerSecond: known ? fleet.requestsPerSecond : null,
    errorsPerSecond: known ? fleet.errorsPerSecond : null,
    p50Ms: fleet.p50Ms,
    p99Ms: fleet.p99Ms,
  };
}
