import { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import { getOverview } from '@cluster-ai/contract/api/system.ts';
import type { Overview } from '@cluster-ai/contract/api/system.ts';
import { Command } from 'commander';
import { resolveServer } from '../connection/server.ts';
import { print } from '../output/print.ts';
import { renderFields, renderTable, secondsText } from '../output/table.ts';
import { clientOf } from './context.ts';
import type { GlobalOptions } from './context.ts';

export function statusCommand(): Command {
  return new Command('status')
    .description('Show health, gateways, models and traffic')
    .action(async (_flags, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const overview = await callEndpoint(clientOf(options), getOverview);
      print(options.output, overview, () => table(overview, resolveServer(options.server, process.env).url));
    });
}

function table(overview: Overview, url: string): string {
  return [
    renderFields({
      server: `${url} (version ${overview.programVersion}, up since ${overview.startedAt})`,
      health: [`${overview.health} (${overview.score} of 100)`, ...overview.reasons.map(({ text }) => text)].join('; '),
      snapshot: `version ${overview.snapshot.version}`,
      registry: `${overview.models} models, ${overview.routes} routes`,
    }),
    '',
    gatewayTable(overview),
    '',
    modelTable(overview),
  ].join('\n');
}

function gatewayTable({ gateways }: Overview): string {
  return renderTable(
    ['GATEWAY', 'STATE', 'SNAPSHOT', 'REQUESTS/S', 'ERRORS/S', 'P50', 'P99', 'ADDRESS'],
    gateways.map(({ gateway, connected, report }) => [
      gateway,
      stateOf(connected, report.ready, report.reasons),
      String(report.applied?.version ?? 'none'),
      report.total.requestsPerSecond.toFixed(1),
      report.total.errorsPerSecond.toFixed(1),
      latencyText(report.total.p50Ms),
      latencyText(report.total.p99Ms),
      report.httpUrl,
    ]),
  );
}

function stateOf(connected: boolean, ready: boolean, reasons: readonly string[]): string {
  if (!connected) return 'not connected';
  return ready ? 'ready' : `not ready: ${reasons.join('; ')}`;
}

function modelTable({ gateways }: Overview): string {
  return renderTable(
    ['MODEL', 'GATEWAY', 'STATE', 'LOADED IN', 'NOTE'],
    gateways.flatMap(({ gateway, report }) =>
      report.models.map(({ id, state, loadMs, reason }) => [
        id,
        gateway,
        state,
        loadMs === null ? '' : secondsText(loadMs),
        reason,
      ]),
    ),
  );
}

function latencyText(milliseconds: number | null): string {
  return milliseconds === null ? '-' : `${milliseconds.toFixed(1)} ms`;
}
