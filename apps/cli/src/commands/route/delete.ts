import { deleteRoute } from '@cluster-ai/contract/api/routes.ts';
import { Command } from 'commander';
import { call } from '../../connection/call.ts';
import { print } from '../../output/print.ts';
import { confirmDeletion, withConfirmation } from '../confirm.ts';
import type { ConfirmOptions } from '../confirm.ts';
import { clientOf } from '../context.ts';
import type { GlobalOptions } from '../context.ts';
import { withExamples } from '../with-examples.ts';

export function routeDeleteCommand(): Command {
  const command = new Command('delete')
    .description('Delete a route: its name answers no more; models and versions stay')
    .argument('<route>')
    .action(async (name: string, _flags, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & ConfirmOptions>();
      const client = clientOf(options);
      await confirmDeletion(options, name, `route ${name}, which answers no more then`);
      const answer = await call(client, deleteRoute, { params: { name } });
      print(options.output, answer, () => `deleted route ${answer.deleted}`);
    });
  return withExamples(withConfirmation(command), 'cluster-ai route delete iris --yes');
}
