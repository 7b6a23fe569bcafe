import type { TrafficAnswer, TrafficPoint } from '@cluster-ai/contract/api/traffic.ts';
import { cliWords } from '@cluster-ai/contract/cli-words.ts';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { trafficQuery } from '../../api/traffic.ts';
import { useTimeRange } from '../../charts/use-time-range.ts';
import { overviewText } from '../../i18n/overview-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { pathTo } from '../../routes/path-to.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { FailedState } from '../../ui/failed-state.tsx';
import { useFormat } from '../../ui/format.ts';
import { Panel, Section } from '../../ui/section.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { TrafficCharts } from './traffic-charts.tsx';

const noPoints: readonly TrafficPoint[] = [];

/** Requests, errors and latency of all gateways over the time range. */
export function HistorySection() {
  const t = useText(overviewText);
  const { range } = useTimeRange();
  const { data, error, refetch, isPlaceholderData } = useQuery(trafficQuery(range, 'none'));
  return (
    <Section id="history" title={t('history')} summary={data === undefined ? undefined : <Totals traffic={data} />}>
      {data !== undefined ? (
        <div aria-busy={isPlaceholderData} className={isPlaceholderData ? 'opacity-60' : ''}>
          {isQuiet(data) ? <Quiet /> : <TrafficCharts points={data.series[0]?.points ?? noPoints} span={data} />}
        </div>
      ) : error === null ? (
        <div className="grid gap-4 xl:grid-cols-2 2xl:grid-cols-3">
          <Skeleton className="h-72 rounded-xl!" />
          <Skeleton className="h-72 rounded-xl!" />
          <Skeleton className="h-72 rounded-xl!" />
        </div>
      ) : (
        <Panel>
          <FailedState error={error} title={t('trafficFailed')} onRetry={() => void refetch()} />
        </Panel>
      )}
    </Section>
  );
}

function Totals({ traffic }: { readonly traffic: TrafficAnswer }) {
  const t = useText(overviewText);
  const format = useFormat();
  const [all] = traffic.series;
  const step = t('step', { step: format.duration(traffic.stepSeconds * 1_000) });
  if (all === undefined || isQuiet(traffic)) return null;
  return (
    <>
      {t('totalsShort', { requests: all.requests, share: format.percent(all.errors / all.requests) })}. {step}
    </>
  );
}

function isQuiet({ series }: TrafficAnswer): boolean {
  return series.every(({ requests }) => requests === 0);
}

/** In the place of charts that would only show emptiness. */
function Quiet() {
  const t = useText(overviewText);
  return (
    <Panel>
      <EmptyState title={t('noTraffic')} command={cliWords.listRoutes()}>
        <p>
          {t.rich('quietText', {
            playground: (
              <Link {...pathTo.playground()} className="text-accent underline underline-offset-2">
                {t('quietLink')}
              </Link>
            ),
          })}
        </p>
      </EmptyState>
    </Panel>
  );
}
