import { cliWords } from '@cluster-ai/contract/cli-words.ts';
import { useQuery } from '@tanstack/react-query';
import { overviewQuery } from '../../api/overview.ts';
import { useTrafficHistory } from '../../charts/use-traffic-history.ts';
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
import { TrafficSection } from './traffic-section.tsx';

/** The first page: health with its reasons, and the traffic. */
export function OverviewPage() {
  const t = useText(overviewText);
  const shell = useText(shellText);
  const { data: overview, error, isError, dataUpdatedAt } = useQuery(overviewQuery);
  const history = useTrafficHistory(overview, dataUpdatedAt);
  // What is wrong stands first: a tab in the background shows only a few letters.
  const trouble = isError ? shell('noConnection') : overview === undefined ? '' : t(overview.health);
  return (
    <>
      <PageHeader
        title={t('title')}
        tabTitle={isError || (overview !== undefined && overview.health !== 'ok') ? trouble : t('title')}
        actions={<CommandLine command={cliWords.status()} />}
      />
      {overview === undefined ? (
        <Panel>{error === null ? <SkeletonLines /> : <FailedState error={error} command="cluster-ai up" />}</Panel>
      ) : (
        <>
          {error !== null && <ConnectionNotice error={error} sinceMs={dataUpdatedAt} />}
          <div data-old={isError} className="space-y-8">
            <HealthSection overview={overview} isOld={isError} nowMs={dataUpdatedAt} />
            <TrafficSection overview={overview} history={history} />
          </div>
        </>
      )}
    </>
  );
}
