import { deleteAlias } from '@cluster-ai/contract/api/models.ts';
import { Command } from 'commander';
import { call } from '../../connection/call.ts';
import { print } from '../../output/print.ts';
import { clientOf } from '../context.ts';
import type { GlobalOptions } from '../context.ts';
import { withExamples } from '../with-examples.ts';

export function aliasRemoveCommand(): Command {
  const command = new Command('remove')
    .description('Remove an alias; the version stays')
    .argument('<model>')
    .argument('<alias>')
    .action(async (name: string, alias: string, _flags, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const model = await call(clientOf(options), deleteAlias, { params: { name, alias } });
      print(options.output, model.aliases, () => `${name} has no alias ${alias} any more`);
    });
  return withExamples(command, 'cluster-ai alias remove iris champion');
}
