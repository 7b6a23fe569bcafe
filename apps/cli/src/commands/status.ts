import { getOverview } from '@cluster-ai/contract/api/system.ts';
import type { Overview } from '@cluster-ai/contract/api/system.ts';
import { Command } from 'commander';
import { call } from '../connection/call.ts';
import { resolveServer } from '../connection/server.ts';
import { print } from '../output/print.ts';
import { renderFields, renderTable, secondsText } from '../output/table.ts';
import { clientOf } from './context.ts';
import type { GlobalOptions } from './context.ts';
import { gatewayTable } from './gateway/list.ts';
import { tableText } from './list-options.ts';
import { withExamples } from './with-examples.ts';

export function statusCommand(): Command {
  const command = new Command('status')
    .description('Show health, gateways, models and traffic')
    .action(async (_flags, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const overview = await call(clientOf(options), getOverview);
      print(options.output, overview, () => table(overview, resolveServer(options.server, process.env).url));
    });
  return withExamples(command, 'cluster-ai status');
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
    tableText(overview.gateways, gatewayTable),
    '',
    modelTable(overview),
  ].join('\n');
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
