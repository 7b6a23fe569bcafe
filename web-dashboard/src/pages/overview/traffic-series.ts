import type { TrafficPoint } from '@cluster-ai/contract/api/traffic.ts';
import { useMemo } from 'react';
import type { ChartSeries } from '../../charts/chart-options.ts';
import { overviewText } from '../../i18n/overview-text.ts';
import { useText } from '../../i18n/use-text.ts';

type Lines = readonly ChartSeries<TrafficPoint>[];

/** Errors in percent: one in a thousand should not look like a mountain. */
export const errorPercent = {
  topMin: 1,
  of: (part: number | null, requests: number | null) =>
    part === null || requests === null || requests === 0 ? null : (part / requests) * 100,
} as const;

/** The lines of the overview's charts, in the reader's language; the same arrays as long as it stays. */
export function useTrafficSeries(): Readonly<Record<'requests' | 'errors' | 'latency', Lines>> {
  const t = useText(overviewText);
  return useMemo(
    () => ({
      requests: [
        {
          id: 'requests',
          label: t('requests'),
          colour: '--chart-requests',
          filled: true,
          value: (point) => point.requestsPerSecond,
        },
      ],
      errors: [
        {
          id: 'errors',
          label: t('allErrors'),
          colour: '--chart-p99',
          dash: [5, 3],
          value: (point) => errorPercent.of(point.errorsPerSecond, point.requestsPerSecond),
        },
        {
          id: 'faults',
          label: t('faults'),
          colour: '--chart-errors',
          value: (point) => errorPercent.of(point.faultsPerSecond, point.requestsPerSecond),
        },
      ],
      latency: [
        { id: 'p99', label: 'p99', colour: '--chart-p99', value: (point) => point.p99Ms },
        { id: 'p95', label: 'p95', colour: '--chart-requests', dash: [2, 3], value: (point) => point.p95Ms },
        { id: 'p50', label: 'p50', colour: '--chart-p50', dash: [5, 3], value: (point) => point.p50Ms },
      ],
    }),
    [t],
  );
}
