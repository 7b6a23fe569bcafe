import type { Route } from '@cluster-ai/contract/api/routes.ts';
import type { TrafficAnswer, TrafficSeries } from '@cluster-ai/contract/api/traffic.ts';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { trafficQuery } from '../../api/traffic.ts';
import { TimeRangeControl } from '../../charts/time-range-control.tsx';
import { useTimeRange } from '../../charts/use-time-range.ts';
import { SelectField } from '../../forms/select-field.tsx';
import { useText } from '../../i18n/use-text.ts';
import { versionText } from '../../i18n/version-text.ts';
import { FailedState } from '../../ui/failed-state.tsx';
import { useFormat } from '../../ui/format.ts';
import { Panel, Section } from '../../ui/section.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { TrafficCharts } from '../overview/traffic-charts.tsx';

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
  const version = useText(versionText);
  const { percent } = useFormat();
  return (
    <div className="space-y-3">
      <p className="text-muted">
        {version('totals', { count: series.requests, share: percent(series.errors / series.requests) })}
      </p>
      <TrafficCharts points={series.points} span={traffic} />
    </div>
  );
}
