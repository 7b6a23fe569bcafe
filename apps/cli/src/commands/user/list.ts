import { listUsers } from '@cluster-ai/contract/api/users.ts';
import type { User } from '@cluster-ai/contract/api/users.ts';
import { Command } from 'commander';
import { timeText } from '../../output/table.ts';
import { clientOf } from '../context.ts';
import { printList, withListOptions } from '../list-options.ts';
import type { ListOptions, ListTable } from '../list-options.ts';
import { withExamples } from '../with-examples.ts';
import { stateText } from './user-text.ts';

const table: ListTable<User> = {
  columns: ['E-MAIL', 'NAME', 'ROLE', 'STATE', 'LAST SIGN-IN', 'SESSIONS', 'ID'],
  row: (user) => [
    user.email,
    user.name,
    user.role,
    stateText(user),
    timeText(user.lastSignInAt, 'never'),
    String(user.sessions),
    user.id,
  ],
  empty: 'nobody can sign in yet; make the first administrator: cluster-ai user setup-code',
};

export function userListCommand(): Command {
  const command = new Command('list').description('List people').action((_flags, command: Command) => {
    const options = command.optsWithGlobals<ListOptions>();
    return printList(options, { client: clientOf(options), target: listUsers, table });
  });
  return withExamples(withListOptions(command, listUsers), 'cluster-ai user list');
}
