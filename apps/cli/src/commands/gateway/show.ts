import { getOverview } from '@cluster-ai/contract/api/system.ts';
import type { GatewayStatus, Overview } from '@cluster-ai/contract/api/system.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { Command } from 'commander';
import { call } from '../../connection/call.ts';
import { print } from '../../output/print.ts';
import { bytesText, renderFields, renderTable, secondsText, timeText } from '../../output/table.ts';
import { clientOf } from '../context.ts';
import type { GlobalOptions } from '../context.ts';
import { withExamples } from '../with-examples.ts';
import { latencyText, snapshotText, stateText } from './gateway-text.ts';

export function gatewayShowCommand(): Command {
  const command = new Command('show')
    .description('Show a gateway: its snapshot, models, runners and traffic')
    .argument('<gateway>')
    .action(async (name: string, _flags, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const overview = await call(clientOf(options), getOverview);
      const found = overview.gateways.find(({ gateway }) => gateway === name);
      if (found === undefined) {
        const known = overview.gateways.map(({ gateway }) => gateway).join(', ');
        throw new ClusterError('NOT_FOUND', `no gateway ${name} has reported`, {
          fix: known === '' ? 'start one with `cluster-ai up`' : `known are ${known}`,
        });
      }
      print(options.output, found, () => gatewayText(found, overview));
    });
  return withExamples(command, 'cluster-ai gateway show gateway-1');
}

function gatewayText(status: GatewayStatus, { snapshot }: Overview): string {
  const { gateway, lastSeenAt, report } = status;
  return [
    renderFields({
      gateway,
      state: stateText(status),
      snapshot: snapshotText(status, snapshot.version),
      address: report.httpUrl,
      version: report.programVersion,
      process: `${report.pid}, up since ${timeText(new Date(report.startedAtMs).toISOString())}`,
      'last report': timeText(lastSeenAt),
      memory: bytesText(report.rssBytes),
      requests: `${report.inFlight} in flight, ${report.queued} queued`,
    }),
    modelTable(status),
    runnerTable(status),
    confinementText(status),
    trafficTable(status),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function modelTable({ report }: GatewayStatus): string {
  return renderTable(
    ['MODEL', 'STATE', 'RUNS', 'INSTANCES', 'LOADED IN', 'NOTE'],
    report.models.map(({ id, state, isolation, instances, loadMs, reason }) => [
      id,
      state,
      isolation,
      String(instances),
      loadMs === null ? '' : secondsText(loadMs),
      reason,
    ]),
  );
}

function runnerTable({ report }: GatewayStatus): string {
  return renderTable(
    ['RUNNER', 'PROCESS', 'ISOLATION', 'SLOTS', 'RESTARTS', 'MEMORY', 'MODELS'],
    report.runners.map(({ id, pid, isolation, slots, restarts, rssBytes, models }) => [
      id,
      pid === null ? 'none' : String(pid),
      isolation,
      String(slots),
      String(restarts),
      bytesText(rssBytes),
      models?.join(', ') ?? '',
    ]),
  );
}

/** How runners are shut in, as far as it is known: docs/guides/isolation.md says what the words mean. */
function confinementText({ report: { confinement } }: GatewayStatus): string {
  if (confinement === undefined) return '';
  const { level, memoryBytesMax, active, missing } = confinement;
  return renderFields({
    'runners have': active.join(', '),
    'and lack': missing.map(({ protection, why }) => `${protection} (${why})`).join(', ') || 'nothing',
    confinement: level,
    'memory limit': `${bytesText(memoryBytesMax)} each`,
  });
}

function trafficTable({ report }: GatewayStatus): string {
  return renderTable(
    ['ROUTE', 'VERSION', 'REQUESTS', 'ERRORS', 'REQUESTS/S', 'P50', 'P99'],
    report.traffic.map(({ route, modelId, requestsTotal, errorsTotal, requestsPerSecond, p50Ms, p99Ms }) => [
      route,
      modelId,
      String(requestsTotal),
      String(errorsTotal),
      requestsPerSecond.toFixed(1),
      latencyText(p50Ms),
      latencyText(p99Ms),
    ]),
  );
}
