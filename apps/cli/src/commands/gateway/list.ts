import { listGateways } from '@cluster-ai/contract/api/system.ts';
import type { GatewayStatus } from '@cluster-ai/contract/api/system.ts';
import { Command } from 'commander';
import { bytesText } from '../../output/table.ts';
import { clientOf } from '../context.ts';
import { printList, withListOptions } from '../list-options.ts';
import type { ListOptions, ListTable } from '../list-options.ts';
import { withExamples } from '../with-examples.ts';
import { latencyText, stateText } from './gateway-text.ts';

export const gatewayTable: ListTable<GatewayStatus> = {
  columns: ['GATEWAY', 'STATE', 'SNAPSHOT', 'REQUESTS/S', 'ERRORS/S', 'P50', 'P99', 'IN FLIGHT', 'MEMORY', 'ADDRESS'],
  row: (gateway) => {
    const { report } = gateway;
    return [
      gateway.gateway,
      stateText(gateway),
      String(report.applied?.version ?? 'none'),
      report.total.requestsPerSecond.toFixed(1),
      report.total.errorsPerSecond.toFixed(1),
      latencyText(report.total.p50Ms),
      latencyText(report.total.p99Ms),
      String(report.inFlight),
      bytesText(report.rssBytes),
      report.httpUrl,
    ];
  },
  empty: 'no gateway has reported yet; `cluster-ai up` starts one',
};

export function gatewayListCommand(): Command {
  const command = new Command('list')
    .description('List the gateways: snapshot, traffic, memory')
    .action((_flags, command: Command) => {
      const options = command.optsWithGlobals<ListOptions>();
      return printList(options, { client: clientOf(options), target: listGateways, table: gatewayTable });
    });
  return withExamples(
    withListOptions(command, listGateways),
    'cluster-ai gateway list',
    'cluster-ai gateway list --filter connected=false',
  );
}
