import type { Route } from '@cluster-ai/contract/api/routes.ts';
import type { TrafficAnswer, TrafficSeries } from '@cluster-ai/contract/api/traffic.ts';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { trafficQuery } from '../../api/traffic.ts';
import type { ChartSpan } from '../../charts/chart-options.ts';
import { TimeChart } from '../../charts/time-chart.tsx';
import { TimeRangeControl } from '../../charts/time-range-control.tsx';
import { useTimeRange } from '../../charts/use-time-range.ts';
import { SelectField } from '../../forms/select-field.tsx';
import { overviewText } from '../../i18n/overview-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { versionText } from '../../i18n/version-text.ts';
import { FailedState } from '../../ui/failed-state.tsx';
import { useFormat } from '../../ui/format.ts';
import { Panel, Section } from '../../ui/section.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { errorPercent, useTrafficSeries } from '../overview/traffic-series.ts';

interface TrafficSectionProps {
  /** Routes that use the version. */
  readonly routes: readonly Route[];
  readonly id: string;
}

/** Requests, latency and errors of a version over the time range, of one route at a time. */
export function TrafficSection({ routes, id }: TrafficSectionProps) {
  const t = useText(versionText);
  const { range } = useTimeRange();
  const [chosen, setChosen] = useState('');
  const route = routes.find(({ name }) => name === chosen)?.name ?? routes[0]?.name ?? '';
  const { data, error, refetch, isPlaceholderData } = useQuery({
    ...trafficQuery(range, 'version', route),
    enabled: route !== '',
  });
  if (route === '') return null;
  const series = data?.series.find(({ modelId }) => modelId === id);
  return (
    <Section id="traffic" title={t('traffic')} summary={t('trafficOn', { route })} aside={<TimeRangeControl />}>
      {routes.length > 1 && (
        <div className="max-w-64">
          <SelectField
            label={t('route')}
            value={route}
            options={routes.map(({ name }) => ({ value: name, label: name }))}
            onChange={setChosen}
          />
        </div>
      )}
      {data !== undefined ? (
        <div aria-busy={isPlaceholderData} className={isPlaceholderData ? 'opacity-60' : ''}>
          {series === undefined || series.requests === 0 ? (
            <Panel className="p-5 text-muted">{t('noRequests')}</Panel>
          ) : (
            <Charts traffic={data} series={series} />
          )}
        </div>
      ) : error === null ? (
        <Skeleton className="h-72 rounded-xl!" />
      ) : (
        <Panel>
          <FailedState error={error} title={t('trafficFailed')} onRetry={() => void refetch()} />
        </Panel>
      )}
    </Section>
  );
}

function Charts({ traffic, series }: { readonly traffic: TrafficAnswer; readonly series: TrafficSeries }) {
  const t = useText(overviewText);
  const version = useText(versionText);
  const format = useFormat();
  const { setRange } = useTimeRange();
  const lines = useTrafficSeries();
  const shared = {
    samples: series.points,
    span: traffic,
    onMark: ({ fromMs, toMs }: ChartSpan) => setRange({ kind: 'absolute', fromMs, toMs }),
  };
  return (
    <div className="space-y-3">
      <p className="text-muted">
        {version('totals', { count: series.requests, share: format.percent(series.errors / series.requests) })}
      </p>
      <div className="grid gap-4 xl:grid-cols-3">
        <Panel>
          <TimeChart
            {...shared}
            title={t('requests')}
            unit={t('perSecond')}
            series={lines.requests}
            format={format.rate}
            topMin={1}
          />
        </Panel>
        <Panel>
          <TimeChart
            {...shared}
            title={t('latency')}
            unit={t('milliseconds')}
            series={lines.latency}
            format={format.ms}
            topMin={1}
          />
        </Panel>
        <Panel>
          <TimeChart
            {...shared}
            title={t('errors')}
            unit={t('percentOfRequests')}
            series={lines.errors}
            format={(percent) => format.percent(percent / 100)}
            topMin={errorPercent.topMin}
          />
        </Panel>
      </div>
    </div>
  );
}
