import { updateUser } from '@cluster-ai/contract/api/users.ts';
import { roles } from '@cluster-ai/core/access/roles.ts';
import type { Role } from '@cluster-ai/core/access/roles.ts';
import { Argument, Command } from 'commander';
import { call } from '../../connection/call.ts';
import { print } from '../../output/print.ts';
import { visible } from '../../output/table.ts';
import { clientOf } from '../context.ts';
import type { GlobalOptions } from '../context.ts';
import { withExamples } from '../with-examples.ts';
import { findUser, personArgument } from './find-user.ts';

export function userRoleCommand(): Command {
  const command = new Command('role')
    .description('Give a person another role; they have to sign in again')
    .argument(...personArgument)
    .addArgument(new Argument('<role>', 'what they may do').choices(roles))
    .action(async (person: string, role: Role, _flags, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const client = clientOf(options);
      const { id } = await findUser(client, person);
      const user = await call(client, updateUser, { params: { id }, body: { role } });
      print(options.output, user, () => `${visible(user.email)} is ${user.role} from now on`);
    });
  return withExamples(command, 'cluster-ai user role ana@example.com operator');
}
