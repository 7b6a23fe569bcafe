import { cliWords } from '@cluster-ai/contract/cli-words.ts';
import { useQuery } from '@tanstack/react-query';
import { overviewQuery } from '../../api/overview.ts';
import { TimeRangeControl } from '../../charts/time-range-control.tsx';
import { overviewText } from '../../i18n/overview-text.ts';
import { shellText } from '../../i18n/shell-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { FailedState } from '../../ui/failed-state.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Panel } from '../../ui/section.tsx';
import { SkeletonLines } from '../../ui/skeleton.tsx';
import { ConnectionNotice } from './connection-notice.tsx';
import { HealthSection } from './health-section.tsx';
import { HistorySection } from './history-section.tsx';
import { NowSection } from './now-section.tsx';
import { GatewayTraffic, RouteTraffic } from './traffic-tables.tsx';

/** The first page: health with its reasons, and requests, errors and latency, now and over the time range. */
export function OverviewPage() {
  const t = useText(overviewText);
  const shell = useText(shellText);
  const { data: overview, error, isError, dataUpdatedAt } = useQuery(overviewQuery);
  return (
    <>
      <PageHeader
        title={t('title')}
        // What is wrong stands first: a tab in the background shows only a few letters.
        tabTitle={
          isError
            ? shell('noConnection')
            : t(overview === undefined || overview.health === 'ok' ? 'title' : overview.health)
        }
        actions={
          <>
            <CommandLine command={cliWords.status()} />
            <TimeRangeControl />
          </>
        }
      />
      {overview === undefined ? (
        <Panel>{error === null ? <SkeletonLines /> : <FailedState error={error} command="cluster-ai up" />}</Panel>
      ) : (
        <>
          {error !== null && <ConnectionNotice error={error} sinceMs={dataUpdatedAt} />}
          <div data-old={isError} className="space-y-8">
            <HealthSection overview={overview} isOld={isError} />
            <NowSection overview={overview} />
            <HistorySection />
            <RouteTraffic />
            <GatewayTraffic overview={overview} />
          </div>
        </>
      )}
    </>
  );
}
