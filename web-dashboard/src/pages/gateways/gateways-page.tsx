import { cliWords } from '@cluster-ai/contract/cli-words.ts';
import type { GatewayStatus, Overview } from '@cluster-ai/contract/api/system.ts';
import type { ObservedRunner } from '@cluster-ai/contract/telemetry.ts';
import { useQuery } from '@tanstack/react-query';
import { snapshotState } from '../../api/fleet-summary.ts';
import { overviewQuery } from '../../api/overview.ts';
import { gatewaysText } from '../../i18n/gateways-text.ts';
import { useText, type Text } from '../../i18n/use-text.ts';
import type { Column } from '../../table/column.ts';
import { DataTable } from '../../table/data-table.tsx';
import { CommandLine } from '../../ui/command-line.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { FailedState } from '../../ui/failed-state.tsx';
import { useFormat, type Format } from '../../ui/format.ts';
import { PageHeader } from '../../ui/page-header.tsx';
import { Panel } from '../../ui/section.tsx';
import { SkeletonLines } from '../../ui/skeleton.tsx';
import { Status } from '../../ui/status.tsx';
import { Timestamp } from '../../ui/timestamp.tsx';
import { GatewayLimits } from './gateway-limits.tsx';
import { GatewayModels } from './gateway-models.tsx';

type GatewaysText = Text<typeof gatewaysText.en>;

/** The processes: gateways, and the runners that each of them holds. */
export function GatewaysPage() {
  const t = useText(gatewaysText);
  const { data: overview, error, isError } = useQuery(overviewQuery);
  return (
    <>
      <PageHeader title={t('title')} summary={t('summary')} actions={<CommandLine command={cliWords.status()} />} />
      {overview === undefined ? (
        <Panel>{error === null ? <SkeletonLines /> : <FailedState error={error} command="cluster-ai up" />}</Panel>
      ) : (
        <div data-old={isError} className="space-y-6">
          <Processes overview={overview} />
        </div>
      )}
    </>
  );
}

function Processes({ overview }: { readonly overview: Overview }) {
  const t = useText(gatewaysText);
  const format = useFormat();
  const runners = overview.gateways.flatMap(({ gateway, connected, report }) =>
    report.runners.map((runner) => ({ gateway, connected, runner })),
  );
  if (overview.gateways.length === 0) {
    return (
      <Panel>
        <EmptyState title={t('emptyTitle')} command="cluster-ai up">
          <p>{t('emptyText')}</p>
        </EmptyState>
      </Panel>
    );
  }
  return (
    <>
      <Panel>
        <DataTable
          caption={t('gateways')}
          columns={gatewayColumns(overview, t, format)}
          rows={overview.gateways}
          rowKey={(row) => row.gateway}
        />
      </Panel>
      {runners.length > 0 && (
        <Panel>
          <DataTable
            caption={t('runners')}
            columns={runnerColumns(t, format)}
            rows={runners}
            rowKey={(row) => `${row.gateway}/${row.runner.id}`}
          />
        </Panel>
      )}
    </>
  );
}

function gatewayColumns(overview: Overview, t: GatewaysText, format: Format): readonly Column<GatewayStatus>[] {
  return [
    {
      id: 'gateway',
      header: t('gateway'),
      cell: (row) => (
        <div>
          <p className="font-semibold">{row.gateway}</p>
          <p className="font-mono text-xs break-all text-muted">{row.report.httpUrl}</p>
        </div>
      ),
    },
    { id: 'state', header: t('state'), cell: (row) => <GatewayState row={row} /> },
    { id: 'snapshot', header: t('snapshot'), cell: (row) => <SnapshotCell overview={overview} row={row} /> },
    { id: 'models', header: t('models'), cell: ({ report }) => <GatewayModels report={report} /> },
    { id: 'limits', header: t('limits'), cell: ({ report }) => <GatewayLimits report={report} /> },
    {
      id: 'rate',
      header: t('requestsPerSecond'),
      align: 'end',
      cell: (row) => format.rate(row.report.total.requestsPerSecond),
    },
    {
      id: 'p99',
      header: t('p99'),
      align: 'end',
      cell: ({ report }) => (report.total.p99Ms === null ? '–' : format.ms(report.total.p99Ms)),
    },
    { id: 'pid', header: t('process'), align: 'end', cell: ({ report }) => report.pid },
    {
      id: 'started',
      header: t('upFor'),
      align: 'end',
      cell: ({ report }) => <Timestamp at={report.startedAtMs} look="age" />,
    },
    { id: 'memory', header: t('memory'), align: 'end', cell: ({ report }) => format.bytes(report.rssBytes) },
  ];
}

function GatewayState({ row: { connected, lastSeenAt, report } }: { readonly row: GatewayStatus }) {
  const t = useText(gatewaysText);
  if (!connected) {
    return (
      <div className="space-y-0.5">
        <Status tone="bad">{t('notConnected')}</Status>
        <p className="text-sm text-muted">{t.rich('lastReport', { at: <Timestamp at={lastSeenAt} look="clock" /> })}</p>
      </div>
    );
  }
  return (
    <div className="space-y-0.5">
      <Status tone={report.ready ? 'good' : 'warn'}>{t(report.ready ? 'ready' : 'notReady')}</Status>
      {report.reasons.map((reason) => (
        <p key={reason} className="max-w-80 text-sm break-words text-muted">
          {reason}
        </p>
      ))}
    </div>
  );
}

function SnapshotCell({ overview, row }: { readonly overview: Overview; readonly row: GatewayStatus }) {
  const t = useText(gatewaysText);
  const { applied } = row.report;
  const state = snapshotState(overview, row);
  if (applied === null || state === 'none') return <Status tone="bad">{t('noneYet')}</Status>;
  const version = String(applied.version);
  const words = {
    serving: { tone: 'good', text: t('serving', { version }) },
    applying: { tone: 'progress', text: t('applying', { version }) },
    behind: { tone: 'warn', text: t('behind', { version, current: String(overview.snapshot.version) }) },
  } as const;
  return <Status tone={words[state].tone}>{words[state].text}</Status>;
}

interface RunnerRow {
  readonly gateway: string;
  readonly connected: boolean;
  readonly runner: ObservedRunner;
}

function runnerColumns(t: GatewaysText, format: Format): readonly Column<RunnerRow>[] {
  return [
    { id: 'runner', header: t('runner'), cell: ({ runner }) => <span className="font-semibold">{runner.id}</span> },
    {
      id: 'gateway',
      header: t('gateway'),
      cell: ({ gateway, connected }) => (connected ? gateway : t('asLastReported', { gateway })),
    },
    {
      id: 'isolation',
      header: t('isolation'),
      cell: ({ runner }) => t(runner.isolation === 'shared' ? 'shared' : 'dedicated'),
    },
    { id: 'slots', header: t('slots'), align: 'end', cell: ({ runner }) => format.count(runner.slots) },
    {
      id: 'restarts',
      header: t('restarts'),
      align: 'end',
      cell: ({ runner }) =>
        runner.restarts === 0 ? '0' : <Status tone="warn">{t('restartCount', { count: runner.restarts })}</Status>,
    },
    { id: 'pid', header: t('process'), align: 'end', cell: ({ runner }) => runner.pid ?? t('notRunning') },
    { id: 'memory', header: t('memory'), align: 'end', cell: ({ runner }) => format.bytes(runner.rssBytes) },
  ];
}
