import type { Overview } from '@cluster-ai/contract/api/system.ts';
import type { Route } from '@cluster-ai/contract/api/routes.ts';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { slowest, sum } from '../../api/fleet-summary.ts';
import { overviewQuery } from '../../api/overview.ts';
import { routeText } from '../../i18n/route-text.ts';
import { useText, type Text } from '../../i18n/use-text.ts';
import { pathTo } from '../../routes/path-to.ts';
import type { Column } from '../../table/column.ts';
import { DataTable } from '../../table/data-table.tsx';
import { useFormat, type Format } from '../../ui/format.ts';
import { Panel } from '../../ui/section.tsx';
import { Status } from '../../ui/status.tsx';
import { ShareBar } from './share-preview.tsx';
import { sharesOf, variantName, type Variant } from './shares.ts';

/** The versions behind a route: share, state on the gateways, and what they are doing now. */
export function VariantTable({ route }: { readonly route: Route }) {
  const t = useText(routeText);
  const format = useFormat();
  const overview = useQuery(overviewQuery).data;
  return (
    <Panel>
      <DataTable
        caption={t('variants')}
        columns={columns({ t, format, overview, route })}
        rows={route.variants}
        rowKey={variantName}
      />
    </Panel>
  );
}

interface ColumnParts {
  readonly t: Text<typeof routeText.en>;
  readonly format: Format;
  readonly overview: Overview | undefined;
  readonly route: Route;
}

function columns({ t, format, overview, route }: ColumnParts): readonly Column<Variant>[] {
  const shares = sharesOf(route.variants);
  const traffic = (variant: Variant) => trafficOf(overview, route.name, variant);
  return [
    {
      id: 'variant',
      header: t('variant'),
      cell: (variant) => (
        <Link {...pathTo.modelVersion(variant.model, variant.version)} className="font-semibold hover:underline">
          {variantName(variant)}
        </Link>
      ),
    },
    {
      id: 'share',
      header: t('share'),
      cell: (variant) => <Share share={shares.get(variantName(variant)) ?? 0} />,
    },
    {
      id: 'state',
      header: t('state'),
      cell: (variant) => <VariantState overview={overview} route={route} variant={variant} />,
    },
    {
      id: 'requests',
      header: t('requests'),
      align: 'end',
      cell: (variant) => format.rate(sum(traffic(variant).map((one) => one.requestsPerSecond))),
    },
    {
      id: 'errors',
      header: t('errors'),
      align: 'end',
      cell: (variant) => format.rate(sum(traffic(variant).map((one) => one.errorsPerSecond))),
    },
    {
      id: 'p99',
      header: t('p99'),
      align: 'end',
      cell: (variant) => {
        const p99Ms = slowest(traffic(variant).map((one) => one.p99Ms));
        return p99Ms === null ? '–' : format.ms(p99Ms);
      },
    },
  ];
}

function Share({ share }: { readonly share: number }) {
  const { percent } = useFormat();
  return (
    <div className="w-36 space-y-1">
      <p className="font-medium tabular-nums">{percent(share)}</p>
      <ShareBar share={share} />
    </div>
  );
}

function connectedReports(overview: Overview | undefined) {
  return (overview?.gateways ?? []).filter(({ connected }) => connected).map(({ report }) => report);
}

function trafficOf(overview: Overview | undefined, route: string, { model, version }: Variant) {
  const id = `${model}@${version}`;
  return connectedReports(overview).flatMap((report) =>
    report.traffic.filter((one) => one.route === route && one.modelId === id),
  );
}

interface VariantStateProps {
  readonly overview: Overview | undefined;
  readonly route: Route;
  readonly variant: Variant;
}

function VariantState({ overview, route, variant: { model, version } }: VariantStateProps) {
  const t = useText(routeText);
  const reports = connectedReports(overview);
  if (reports.length === 0) return <Status tone="rest">{t('noGateway')}</Status>;
  const observed = reports.flatMap((report) => report.models.filter(({ id }) => id === `${model}@${version}`));
  // Another route may still hold it.
  if (route.unloaded === true && observed.length === 0) return <Status tone="rest">{t('unloaded')}</Status>;
  const ready = observed.filter(({ state }) => state === 'READY').length;
  const failed = observed.filter(({ state }) => state === 'FAILED');
  const tone = failed.length > 0 ? 'bad' : ready === reports.length ? 'good' : 'progress';
  return (
    <div className="space-y-0.5">
      <Status tone={tone}>{t('readyOn', { ready, all: reports.length })}</Status>
      {[...new Set(failed.map(({ reason }) => reason))].map((reason) => (
        <p key={reason} className="max-w-80 text-sm break-words text-muted">
          {reason}
        </p>
      ))}
    </div>
  );
}
