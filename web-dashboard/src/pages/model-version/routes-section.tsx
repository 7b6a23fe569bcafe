import type { Route } from '@cluster-ai/contract/api/routes.ts';
import type { Overview } from '@cluster-ai/contract/api/system.ts';
import { Link } from '@tanstack/react-router';
import { useText, type Text } from '../../i18n/use-text.ts';
import { versionText } from '../../i18n/version-text.ts';
import { pathTo } from '../../routes/path-to.ts';
import type { Column } from '../../table/column.ts';
import { DataTable } from '../../table/data-table.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { useFormat, type Format } from '../../ui/format.ts';
import { Panel, Section } from '../../ui/section.tsx';
import { ShareBar } from '../route/share-preview.tsx';
import { sharesOf, variantName } from '../route/shares.ts';

interface RoutesSectionProps {
  readonly routes: readonly Route[];
  readonly overview: Overview | undefined;
  readonly model: string;
  readonly version: number;
}

interface Row {
  readonly route: Route;
  readonly share: number;
  readonly requestsPerSecond: number;
}

/** Which routes send requests to the version, and how many. */
export function RoutesSection({ routes, overview, model, version }: RoutesSectionProps) {
  const t = useText(versionText);
  const format = useFormat();
  const rows = routes.map((route) => ({
    route,
    share: sharesOf(route.variants).get(variantName({ model, version })) ?? 0,
    requestsPerSecond: presentRate(overview, route.name, `${model}@${version}`),
  }));
  return (
    <Section id="routes" title={t('usedBy')}>
      <Panel>
        {rows.length === 0 ? (
          <EmptyState title={t('noRouteTitle')}>
            <p>{t('noRouteText')}</p>
          </EmptyState>
        ) : (
          <DataTable
            caption={t('usedBy')}
            columns={columns(t, format)}
            rows={rows}
            rowKey={({ route }) => route.name}
          />
        )}
      </Panel>
    </Section>
  );
}

function presentRate(overview: Overview | undefined, route: string, id: string): number {
  return (overview?.gateways ?? [])
    .filter(({ connected }) => connected)
    .flatMap(({ report }) => report.traffic.filter((one) => one.route === route && one.modelId === id))
    .reduce((sum, one) => sum + one.requestsPerSecond, 0);
}

function columns(t: Text<typeof versionText.en>, format: Format): readonly Column<Row>[] {
  return [
    {
      id: 'route',
      header: t('route'),
      cell: ({ route }) => (
        <Link {...pathTo.route(route.name)} className="font-semibold hover:underline">
          {route.name}
        </Link>
      ),
    },
    {
      id: 'share',
      header: t('share'),
      cell: ({ share }) => (
        <div className="w-36 space-y-1">
          <p className="font-medium tabular-nums">{format.percent(share)}</p>
          <ShareBar share={share} />
        </div>
      ),
    },
    { id: 'policy', header: t('policy'), cell: ({ route }) => t(route.policy.kind) },
    {
      id: 'requests',
      header: t('requests'),
      align: 'end',
      cell: ({ requestsPerSecond }) => format.rate(requestsPerSecond),
    },
  ];
}
