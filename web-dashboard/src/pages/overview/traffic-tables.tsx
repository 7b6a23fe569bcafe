import type { GatewayStatus, Overview } from '@cluster-ai/contract/api/system.ts';
import type { TrafficSeries } from '@cluster-ai/contract/api/traffic.ts';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { trafficQuery } from '../../api/traffic.ts';
import { Sparkline } from '../../charts/sparkline.tsx';
import { useTimeRange } from '../../charts/use-time-range.ts';
import { overviewText } from '../../i18n/overview-text.ts';
import { useText, type Text } from '../../i18n/use-text.ts';
import { pathTo } from '../../routes/path-to.ts';
import type { Column } from '../../table/column.ts';
import { DataTable } from '../../table/data-table.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { useFormat, type Format } from '../../ui/format.ts';
import { Panel, Section } from '../../ui/section.tsx';
import { SkeletonLines } from '../../ui/skeleton.tsx';
import { Status } from '../../ui/status.tsx';

type OverviewText = Text<typeof overviewText.en>;

/** Rows of the table of routes at most. */
const routesMax = 10;

/** Rate, errors and duration of each route, the busiest first. */
export function RouteTraffic() {
  const t = useText(overviewText);
  const format = useFormat();
  const { range } = useTimeRange();
  const { data, error } = useQuery(trafficQuery(range, 'route'));
  if (error !== null && data === undefined) return null;
  const busy = data?.series.filter((series) => series.requests > 0) ?? [];
  const rows = busy.slice(0, routesMax);
  if (data !== undefined && rows.length === 0) return null;
  const omitted = busy.length - rows.length + (data?.seriesOmitted ?? 0);
  return (
    <Section id="by-route" title={t('byRoute')}>
      <Panel>
        {data === undefined && <SkeletonLines />}
        {data !== undefined && (
          <DataTable
            caption={t('byRoute')}
            columns={routeColumns(t, format)}
            rows={rows}
            rowKey={({ route }) => route ?? ''}
          />
        )}
        {omitted > 0 && (
          <p className="border-t border-line px-4 py-2.5 text-sm text-muted">{t('omitted', { count: omitted })}</p>
        )}
      </Panel>
    </Section>
  );
}

function routeColumns(t: OverviewText, format: Format): readonly Column<TrafficSeries>[] {
  return [
    { id: 'route', header: t('route'), cell: ({ route }) => <RouteLink name={route ?? ''} /> },
    ...trafficColumns<TrafficSeries>(t, format, (row) => row),
  ];
}

function RouteLink({ name }: { readonly name: string }) {
  const t = useText(overviewText);
  if (name === '') return <span className="text-muted">{t('noRoute')}</span>;
  return (
    <Link {...pathTo.route(name)} className="font-semibold hover:underline">
      {name}
    </Link>
  );
}

interface GatewayRow {
  readonly name: string;
  /** Null for one that has answered in the range and is gone. */
  readonly status: GatewayStatus | null;
  readonly traffic: TrafficSeries | null;
}

/** Each gateway with its state now and its traffic over the range. */
export function GatewayTraffic({ overview }: { readonly overview: Overview }) {
  const t = useText(overviewText);
  const format = useFormat();
  const { range } = useTimeRange();
  const { data } = useQuery(trafficQuery(range, 'gateway'));
  const rows = gatewayRows(overview.gateways, data?.series ?? []);
  return (
    <Section id="by-gateway" title={t('byGateway')}>
      <Panel>
        {rows.length === 0 ? (
          <EmptyState title={t('noGateway')} command="cluster-ai up">
            <p>{t('noGatewayText')}</p>
          </EmptyState>
        ) : (
          <DataTable
            caption={t('byGateway')}
            columns={gatewayColumns(t, format)}
            rows={rows}
            rowKey={({ name }) => name}
          />
        )}
      </Panel>
    </Section>
  );
}

function gatewayColumns(t: OverviewText, format: Format): readonly Column<GatewayRow>[] {
  return [
    { id: 'gateway', header: t('gateway'), cell: ({ name }) => <span className="font-semibold">{name}</span> },
    { id: 'state', header: t('state'), cell: ({ status }) => <GatewayState status={status} /> },
    ...trafficColumns<GatewayRow>(t, format, (row) => row.traffic),
    {
      id: 'memory',
      header: t('memory'),
      align: 'end',
      cell: ({ status }) => (status === null ? '–' : format.bytes(status.report.rssBytes)),
    },
  ];
}

function GatewayState({ status }: { readonly status: GatewayStatus | null }) {
  const t = useText(overviewText);
  if (status === null) return <Status tone="rest">{t('gone')}</Status>;
  if (!status.connected) return <Status tone="bad">{t('notConnected')}</Status>;
  return status.report.ready ? (
    <Status tone="good">{t('connected')}</Status>
  ) : (
    <Status tone="warn">{t('notReady')}</Status>
  );
}

/** Gateways that are there, and those that have only left their traffic. */
function gatewayRows(gateways: readonly GatewayStatus[], series: readonly TrafficSeries[]): readonly GatewayRow[] {
  const names = new Set([
    ...gateways.map(({ gateway }) => gateway),
    ...series.flatMap(({ gateway }) => (gateway === null ? [] : [gateway])),
  ]);
  return [...names].toSorted().map((name) => ({
    name,
    status: gateways.find(({ gateway }) => gateway === name) ?? null,
    traffic: series.find(({ gateway }) => gateway === name) ?? null,
  }));
}

/** Requests, errors and latency over the range, with the course of the requests. */
function trafficColumns<Row>(
  t: OverviewText,
  format: Format,
  of: (row: Row) => TrafficSeries | null,
): readonly Column<Row>[] {
  const figure = (text: (series: TrafficSeries) => string) => (row: Row) => {
    const series = of(row);
    return series === null || series.requests === 0 ? '–' : text(series);
  };
  const ms = (value: number | null) => (value === null ? '–' : format.ms(value));
  return [
    {
      id: 'course',
      header: t('course'),
      cell: (row) => (
        <Sparkline values={of(row)?.points.map((point) => point.requestsPerSecond) ?? []} colour="--chart-requests" />
      ),
    },
    { id: 'requests', header: t('requests'), align: 'end', cell: figure(({ requests }) => format.count(requests)) },
    {
      id: 'errors',
      header: t('errorShare'),
      align: 'end',
      cell: figure(({ errors, requests }) => format.percent(errors / requests)),
    },
    { id: 'p50', header: t('p50'), align: 'end', cell: figure(({ p50Ms }) => ms(p50Ms)) },
    { id: 'p99', header: t('p99'), align: 'end', cell: figure(({ p99Ms }) => ms(p99Ms)) },
  ];
}
