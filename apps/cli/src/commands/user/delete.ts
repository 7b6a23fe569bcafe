import { deleteUser } from '@cluster-ai/contract/api/users.ts';
import { Command } from 'commander';
import { call } from '../../connection/call.ts';
import { print } from '../../output/print.ts';
import { visible } from '../../output/table.ts';
import { confirmDeletion, withConfirmation } from '../confirm.ts';
import type { ConfirmOptions } from '../confirm.ts';
import { clientOf } from '../context.ts';
import type { GlobalOptions } from '../context.ts';
import { withExamples } from '../with-examples.ts';
import { findUser, personArgument } from './find-user.ts';

export function userDeleteCommand(): Command {
  const command = new Command('delete')
    .description('Remove a person for good; their keys are revoked')
    .argument(...personArgument)
    .action(async (person: string, _flags, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & ConfirmOptions>();
      const client = clientOf(options);
      const { id, email } = await findUser(client, person);
      await confirmDeletion(options, email, `${visible(email)}, and revokes their keys`);
      const answer = await call(client, deleteUser, { params: { id } });
      print(options.output, answer, () => `deleted ${visible(email)}`);
    });
  return withExamples(withConfirmation(command), 'cluster-ai user delete ana@example.com --yes');
}
