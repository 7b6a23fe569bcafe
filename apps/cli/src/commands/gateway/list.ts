import { getOverview } from '@cluster-ai/contract/api/system.ts';
import type { Overview } from '@cluster-ai/contract/api/system.ts';
import { Command } from 'commander';
import { call } from '../../connection/call.ts';
import { print } from '../../output/print.ts';
import { bytesText, renderTable } from '../../output/table.ts';
import { clientOf } from '../context.ts';
import type { GlobalOptions } from '../context.ts';
import { withExamples } from '../with-examples.ts';
import { latencyText, snapshotText, stateText } from './gateway-text.ts';

export function gatewayListCommand(): Command {
  const command = new Command('list')
    .description('List the gateways: snapshot, traffic, memory')
    .action(async (_flags, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const overview = await call(clientOf(options), getOverview);
      print(options.output, overview.gateways, () => gatewayTable(overview));
    });
  return withExamples(command, 'cluster-ai gateway list');
}

/** One row a gateway. */
export function gatewayTable({ gateways, snapshot }: Overview): string {
  if (gateways.length === 0) return 'no gateway has reported yet; `cluster-ai up` starts one';
  return renderTable(
    ['GATEWAY', 'STATE', 'SNAPSHOT', 'REQUESTS/S', 'ERRORS/S', 'P50', 'P99', 'IN FLIGHT', 'MEMORY', 'ADDRESS'],
    gateways.map((gateway) => {
      const { report } = gateway;
      return [
        gateway.gateway,
        stateText(gateway),
        snapshotText(gateway, snapshot.version),
        report.total.requestsPerSecond.toFixed(1),
        report.total.errorsPerSecond.toFixed(1),
        latencyText(report.total.p50Ms),
        latencyText(report.total.p99Ms),
        String(report.inFlight),
        bytesText(report.rssBytes),
        report.httpUrl,
      ];
    }),
  );
}
