import type { Overview } from '@cluster-ai/contract/api/system.ts';
import { useMemo } from 'react';
import { summarizeFleet } from '../../api/fleet-summary.ts';
import type { ChartSeries } from '../../charts/chart-options.ts';
import { TimeChart } from '../../charts/time-chart.tsx';
import { historyWindowMs, type TrafficSample } from '../../charts/traffic-history.ts';
import { overviewText } from '../../i18n/overview-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { useFormat } from '../../ui/format.ts';
import { Panel, Section } from '../../ui/section.tsx';
import { Timestamp } from '../../ui/timestamp.tsx';
import { TrafficFigures } from './traffic-figures.tsx';

interface TrafficSectionProps {
  readonly overview: Overview;
  readonly history: readonly TrafficSample[];
}

/** Rates and latencies now, and since the page was opened. */
export function TrafficSection({ overview, history }: TrafficSectionProps) {
  const t = useText(overviewText);
  const format = useFormat();
  const { rates, latencies } = useSeries();
  const fleet = summarizeFleet(overview);
  const first = history[0];
  return (
    <Section
      id="traffic"
      title={t('traffic')}
      summary={
        <>
          {fleet.windowSeconds === null
            ? t('noGatewayReports')
            : t('window', { count: Math.round(fleet.windowSeconds) })}{' '}
          {first !== undefined &&
            t.rich('chartsBegin', {
              at: <Timestamp at={first.atMs} look="clock" />,
              minutes: historyWindowMs / 60_000,
            })}
        </>
      }
    >
      <TrafficFigures fleet={fleet} />
      <div className="grid gap-4 xl:grid-cols-2">
        <Panel>
          <TimeChart
            title={t('requests')}
            unit={t('perSecond')}
            samples={history}
            series={rates}
            format={format.rate}
            topMin={1}
          />
        </Panel>
        <Panel>
          <TimeChart
            title={t('latency')}
            unit={t('milliseconds')}
            samples={history}
            series={latencies}
            format={format.ms}
            topMin={1}
          />
        </Panel>
      </div>
    </Section>
  );
}

function useSeries(): Readonly<Record<'rates' | 'latencies', readonly ChartSeries<TrafficSample>[]>> {
  const t = useText(overviewText);
  return useMemo(
    () => ({
      rates: [
        {
          id: 'requests',
          label: t('requests'),
          colour: '--chart-requests',
          filled: true,
          value: (sample) => sample.requestsPerSecond,
        },
        {
          id: 'errors',
          label: t('errors'),
          colour: '--chart-errors',
          dash: [5, 3],
          value: (sample) => sample.errorsPerSecond,
        },
      ],
      latencies: [
        { id: 'p99', label: 'p99', colour: '--chart-p99', value: (sample) => sample.p99Ms },
        { id: 'p50', label: 'p50', colour: '--chart-p50', dash: [5, 3], value: (sample) => sample.p50Ms },
      ],
    }),
    [t],
  );
}
