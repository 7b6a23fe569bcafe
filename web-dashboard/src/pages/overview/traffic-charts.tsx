import type { TrafficPoint } from '@cluster-ai/contract/api/traffic.ts';
import type { ChartSpan } from '../../charts/chart-options.ts';
import { TimeChart } from '../../charts/time-chart.tsx';
import { useTimeRange } from '../../charts/use-time-range.ts';
import { overviewText } from '../../i18n/overview-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { useFormat } from '../../ui/format.ts';
import { Panel } from '../../ui/section.tsx';
import { errorPercent, useTrafficSeries } from './traffic-series.ts';

interface TrafficChartsProps {
  readonly points: readonly TrafficPoint[];
  readonly span: ChartSpan;
}

/** Requests, latency and errors side by side; a stretch that is marked in one becomes the time range of all. */
export function TrafficCharts({ points, span }: TrafficChartsProps) {
  const t = useText(overviewText);
  const format = useFormat();
  const { setRange } = useTimeRange();
  const series = useTrafficSeries();
  const shared = {
    samples: points,
    span,
    onMark: ({ fromMs, toMs }: ChartSpan) => setRange({ kind: 'absolute', fromMs, toMs }),
  };
  return (
    <div className="grid gap-4 xl:grid-cols-2 2xl:grid-cols-3">
      <Panel>
        <TimeChart
          {...shared}
          title={t('requests')}
          unit={t('perSecond')}
          series={series.requests}
          format={format.rate}
          topMin={1}
        />
      </Panel>
      <Panel>
        <TimeChart
          {...shared}
          title={t('latency')}
          unit={t('milliseconds')}
          series={series.latency}
          format={format.ms}
          topMin={1}
        />
      </Panel>
      <Panel className="xl:max-2xl:col-span-2">
        <TimeChart
          {...shared}
          title={t('errors')}
          unit={t('percentOfRequests')}
          series={series.errors}
          format={(percent) => format.percent(percent / 100)}
          topMin={errorPercent.topMin}
        />
      </Panel>
    </div>
  );
}
