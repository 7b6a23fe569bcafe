import type { GatewayStatus, Overview } from '@cluster-ai/contract/api/system.ts';
import type { ObservedRunner } from '@cluster-ai/contract/telemetry.ts';
import { snapshotState } from '../../api/fleet-summary.ts';
import { DataTable, type Column } from '../../table/data-table.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { formatBytes, formatCount, formatMs, formatRate, plural } from '../../ui/format.ts';
import { Panel, Section } from '../../ui/section.tsx';
import { Status } from '../../ui/status.tsx';
import { Timestamp } from '../../ui/timestamp.tsx';

/** The processes: gateways, and the runners that each of them holds. */
export function GatewaysSection({ overview, nowMs }: { readonly overview: Overview; readonly nowMs: number }) {
  const runners = overview.gateways.flatMap(({ gateway, connected, report }) =>
    report.runners.map((runner) => ({ gateway, connected, runner })),
  );
  return (
    <Section
      id="gateways"
      title="Gateways and runners"
      summary="The processes that answer, with the memory they hold now."
    >
      <Panel>
        {overview.gateways.length === 0 ? (
          <EmptyState title="No gateway has reported" command="cluster-ai up">
            <p>Without a gateway nothing answers predictions. On one machine the command below starts both planes.</p>
          </EmptyState>
        ) : (
          <DataTable
            caption="Gateways"
            columns={gatewayColumns(overview, nowMs)}
            rows={overview.gateways}
            rowKey={(row) => row.gateway}
          />
        )}
      </Panel>
      {runners.length > 0 && (
        <Panel>
          <DataTable
            caption="Runners"
            columns={runnerColumns}
            rows={runners}
            rowKey={(row) => `${row.gateway}/${row.runner.id}`}
          />
        </Panel>
      )}
    </Section>
  );
}

function gatewayColumns(overview: Overview, nowMs: number): readonly Column<GatewayStatus>[] {
  return [
    {
      id: 'gateway',
      header: 'Gateway',
      cell: (row) => (
        <div>
          <p className="font-semibold">{row.gateway}</p>
          <p className="font-mono text-[0.857rem] break-all text-muted">{row.report.httpUrl}</p>
        </div>
      ),
    },
    { id: 'state', header: 'State', cell: (row) => <GatewayState row={row} /> },
    { id: 'snapshot', header: 'Snapshot', cell: (row) => <SnapshotCell overview={overview} row={row} /> },
    { id: 'rate', header: 'Requests/s', align: 'end', cell: (row) => formatRate(row.report.total.requestsPerSecond) },
    {
      id: 'p99',
      header: 'p99, ms',
      align: 'end',
      cell: ({ report }) => (report.total.p99Ms === null ? '–' : formatMs(report.total.p99Ms)),
    },
    { id: 'pid', header: 'Process', align: 'end', cell: ({ report }) => report.pid },
    {
      id: 'started',
      header: 'Up for',
      align: 'end',
      cell: ({ report }) => <Timestamp atMs={report.startedAtMs} nowMs={nowMs} />,
    },
    { id: 'memory', header: 'Memory', align: 'end', cell: ({ report }) => formatBytes(report.rssBytes) },
  ];
}

function GatewayState({ row: { connected, lastSeenAt, report } }: { readonly row: GatewayStatus }) {
  if (!connected) {
    return (
      <div className="space-y-0.5">
        <Status tone="bad">Not connected</Status>
        <p className="text-[0.929rem] text-muted">
          Last report <Timestamp atMs={Date.parse(lastSeenAt)} />; these figures are from then.
        </p>
      </div>
    );
  }
  return (
    <div className="space-y-0.5">
      <Status tone={report.ready ? 'good' : 'warn'}>{report.ready ? 'Ready' : 'Not ready'}</Status>
      {report.reasons.map((reason) => (
        <p key={reason} className="max-w-80 text-[0.929rem] break-words text-muted">
          {reason}
        </p>
      ))}
    </div>
  );
}

function SnapshotCell({ overview, row }: { readonly overview: Overview; readonly row: GatewayStatus }) {
  const { applied } = row.report;
  const state = snapshotState(overview, row);
  if (applied === null || state === 'none') return <Status tone="bad">None yet</Status>;
  const words = {
    serving: { tone: 'good', text: `v${applied.version}, current` },
    applying: { tone: 'progress', text: `v${applied.version}, being proven` },
    behind: { tone: 'warn', text: `v${applied.version}, current is v${overview.snapshot.version}` },
  } as const;
  return <Status tone={words[state].tone}>{words[state].text}</Status>;
}

interface RunnerRow {
  readonly gateway: string;
  readonly connected: boolean;
  readonly runner: ObservedRunner;
}

const runnerColumns: readonly Column<RunnerRow>[] = [
  { id: 'runner', header: 'Runner', cell: ({ runner }) => <span className="font-semibold">{runner.id}</span> },
  {
    id: 'gateway',
    header: 'Gateway',
    cell: ({ gateway, connected }) => (connected ? gateway : `${gateway}, as last reported`),
  },
  {
    id: 'isolation',
    header: 'Isolation',
    cell: ({ runner }) => (runner.isolation === 'shared' ? 'shared by small models' : 'dedicated to one model'),
  },
  { id: 'slots', header: 'Slots', align: 'end', cell: ({ runner }) => formatCount(runner.slots) },
  {
    id: 'restarts',
    header: 'Restarts',
    align: 'end',
    cell: ({ runner }) =>
      runner.restarts === 0 ? '0' : <Status tone="warn">{plural(runner.restarts, 'restart')}</Status>,
  },
  { id: 'pid', header: 'Process', align: 'end', cell: ({ runner }) => runner.pid ?? 'not running' },
  { id: 'memory', header: 'Memory', align: 'end', cell: ({ runner }) => formatBytes(runner.rssBytes) },
];
