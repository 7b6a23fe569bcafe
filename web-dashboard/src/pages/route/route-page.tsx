import { cliWords } from '@cluster-ai/contract/cli-words.ts';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { sum } from '../../api/fleet-summary.ts';
import { routeQuery } from '../../api/model-query.ts';
import { routeText } from '../../i18n/route-text.ts';
import { shellText } from '../../i18n/shell-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { pathTo } from '../../routes/path-to.ts';
import { DataTable } from '../../table/data-table.tsx';
import { FailedState } from '../../ui/failed-state.tsx';
import { useFormat } from '../../ui/format.ts';
import { PageHeader } from '../../ui/page-header.tsx';
import { Panel } from '../../ui/section.tsx';
import { SkeletonLines } from '../../ui/skeleton.tsx';

const routeApi = getRouteApi('/shell/routes/$name');

/** One route: what answers it, and in which shares. */
export function RoutePage() {
  const t = useText(routeText);
  const shell = useText(shellText);
  const { percent } = useFormat();
  const { name } = routeApi.useParams();
  const { data: route, error, refetch } = useQuery(routeQuery(name));
  const weights = sum(route?.variants.map(({ weight }) => weight) ?? []);
  return (
    <>
      <PageHeader
        title={name}
        crumbs={[{ label: shell('routes'), link: pathTo.routes() }]}
        summary={
          route !== undefined &&
          (route.policy.kind === 'latest' ? t('latest', { model: route.policy.model }) : t('split'))
        }
      />
      <Panel>
        {route !== undefined ? (
          <DataTable
            caption={t('variants')}
            columns={[
              { id: 'variant', header: t('variant'), cell: ({ model, version }) => `${model} v${version}` },
              {
                id: 'share',
                header: t('share'),
                align: 'end',
                cell: ({ weight }) => percent(weights === 0 ? 0 : weight / weights),
              },
            ]}
            rows={route.variants}
            rowKey={({ model, version }) => `${model}@${version}`}
          />
        ) : error === null ? (
          <SkeletonLines />
        ) : (
          <FailedState error={error} command={cliWords.listRoutes()} onRetry={() => void refetch()} />
        )}
      </Panel>
    </>
  );
}
