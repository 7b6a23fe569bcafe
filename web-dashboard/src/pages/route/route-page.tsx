import type { Route } from '@cluster-ai/contract/api/routes.ts';
import { cliWords } from '@cluster-ai/contract/cli-words.ts';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { snapshotState } from '../../api/fleet-summary.ts';
import { routeQuery } from '../../api/model-query.ts';
import { overviewQuery } from '../../api/overview.ts';
import { routeText } from '../../i18n/route-text.ts';
import { shellText } from '../../i18n/shell-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { pathTo } from '../../routes/path-to.ts';
import { FailedState } from '../../ui/failed-state.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Panel } from '../../ui/section.tsx';
import { SkeletonLines } from '../../ui/skeleton.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { Timestamp } from '../../ui/timestamp.tsx';
import { RevisionList } from './revision-list.tsx';
import { RouteActions } from './route-actions.tsx';
import { UnloadedNotice } from './unloaded-notice.tsx';
import { VariantTable } from './variant-table.tsx';

const routeApi = getRouteApi('/shell/routes/$name');

/** One route: what answers it, in which shares, and how that came about. */
export function RoutePage() {
  const t = useText(routeText);
  const shell = useText(shellText);
  const { name } = routeApi.useParams();
  const { tab = 'variants' } = routeApi.useSearch();
  const navigate = routeApi.useNavigate();
  const { data: route, error, refetch } = useQuery(routeQuery(name));
  return (
    <>
      <PageHeader
        title={name}
        crumbs={[{ label: shell('routes'), link: pathTo.routes() }]}
        summary={route !== undefined && <RouteSummary route={route} />}
        actions={route !== undefined && <RouteActions route={route} />}
      />
      {route === undefined ? (
        <Panel>
          {error === null ? (
            <SkeletonLines />
          ) : (
            <FailedState error={error} command={cliWords.listRoutes()} onRetry={() => void refetch()} />
          )}
        </Panel>
      ) : (
        <div className="space-y-4">
          {route.unloaded === true && <UnloadedNotice route={route} />}
          <Tabs
            label={t('tabs')}
            tabs={[
              { id: 'variants', label: t('variants') },
              { id: 'history', label: t('history') },
            ]}
            selected={tab}
            onSelect={(id) => void navigate({ search: (old) => ({ ...old, tab: id }), replace: true })}
          >
            {tab === 'variants' ? <VariantTable route={route} /> : <RevisionList route={route} />}
          </Tabs>
        </div>
      )}
    </>
  );
}

function RouteSummary({ route }: { readonly route: Route }) {
  const t = useText(routeText);
  const overview = useQuery(overviewQuery).data;
  const connected = overview?.gateways.filter((gateway) => gateway.connected) ?? [];
  const { policy } = route;
  return (
    <div className="space-y-1">
      <p>{policy.kind === 'latest' ? t('latest', { model: policy.model }) : t('split')}</p>
      <p className="text-sm">
        {t.rich('changed', { at: <Timestamp at={route.updatedAt} />, who: route.updatedBy })}
        {overview !== undefined && (
          <>
            {' · '}
            {t('appliedOn', {
              revision: String(route.revision),
              version: String(overview.snapshot.version),
              serving: connected.filter((gateway) => snapshotState(overview, gateway) === 'serving').length,
              count: connected.length,
            })}
          </>
        )}
      </p>
      <p className="text-sm">
        {t.rich('sticky', { header: <code className="font-mono text-xs">{route.stickyHeader}</code> })}
      </p>
    </div>
  );
}
