import { getModel } from '@cluster-ai/contract/api/models.ts';
import { Command } from 'commander';
import { call } from '../../connection/call.ts';
import { print } from '../../output/print.ts';
import { renderTable } from '../../output/table.ts';
import { clientOf } from '../context.ts';
import type { GlobalOptions } from '../context.ts';
import { withExamples } from '../with-examples.ts';

export function aliasListCommand(): Command {
  const command = new Command('list')
    .description('List the aliases of a model')
    .argument('<model>')
    .action(async (name: string, _flags, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const { aliases } = await call(clientOf(options), getModel, { params: { name } });
      const rows = Object.entries(aliases).toSorted(([one], [other]) => (one < other ? -1 : 1));
      print(options.output, aliases, () =>
        rows.length === 0
          ? `${name} has no aliases; set one: cluster-ai alias set ${name} champion <version>`
          : renderTable(
              ['ALIAS', 'VERSION'],
              rows.map(([alias, version]) => [alias, String(version)]),
            ),
      );
    });
  return withExamples(command, 'cluster-ai alias list iris');
}
