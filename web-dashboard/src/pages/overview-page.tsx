import type { Overview } from '@cluster-ai/contract/api/system.ts';
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { modelsQuery, overviewQuery, routesQuery } from '../api/control-plane.ts';
import { useTrafficHistory } from '../charts/use-traffic-history.ts';
import { ConnectionNotice, NeverConnected } from './overview/connection-notice.tsx';
import { GatewaysSection } from './overview/gateways-section.tsx';
import { HealthSection } from './overview/health-section.tsx';
import { ModelsSection } from './overview/models-section.tsx';
import { TrafficSection } from './overview/traffic-section.tsx';
import { PlaygroundSection } from './playground/playground-section.tsx';

interface OverviewPageProps {
  /** The route that the playground calls; undefined takes the first. */
  readonly chosenModel: string | undefined;
  readonly onChooseModel: (name: string) => void;
}

/** The first page: health, traffic, models, playground and the processes behind them. */
export function OverviewPage({ chosenModel, onChooseModel }: OverviewPageProps) {
  const overview = useQuery(overviewQuery);
  const snapshot =
    overview.data === undefined ? '' : `${overview.data.snapshot.epoch}/${overview.data.snapshot.version}`;
  const known = { enabled: snapshot !== '' };
  const models = useQuery({ ...modelsQuery(snapshot), ...known });
  const routes = useQuery({ ...routesQuery(snapshot), ...known });
  const history = useTrafficHistory(overview.data, overview.dataUpdatedAt);

  const title = pageTitle(overview.data, overview.isError);
  useEffect(() => {
    document.title = title;
  }, [title]);

  if (overview.data === undefined) return <NeverConnected error={overview.error} />;
  const lists = {
    models: models.data,
    routes: routes.data,
    error: overview.isError ? null : (models.error ?? routes.error),
  };
  return (
    <>
      {overview.isError && <ConnectionNotice error={overview.error} sinceMs={overview.dataUpdatedAt} />}
      <div data-old={overview.isError} className="space-y-10">
        <HealthSection overview={overview.data} isOld={overview.isError} nowMs={overview.dataUpdatedAt} />
        <TrafficSection overview={overview.data} history={history} />
        <ModelsSection overview={overview.data} lists={lists} />
        <PlaygroundSection overview={overview.data} lists={lists} chosen={chosenModel} onChoose={onChooseModel} />
        <GatewaysSection overview={overview.data} nowMs={overview.dataUpdatedAt} />
      </div>
    </>
  );
}

/** What is wrong stands first: a tab in the background shows only a few letters. */
function pageTitle(overview: Overview | undefined, isOld: boolean): string {
  if (isOld) return 'No connection · Cluster AI';
  if (overview === undefined || overview.health === 'ok') return 'Overview · Cluster AI';
  return `${overview.health === 'down' ? 'Down' : 'Degraded'} · Cluster AI`;
}
