import { Command } from 'commander';
import { print } from '../../output/print.ts';
import { clientOf } from '../context.ts';
import type { GlobalOptions } from '../context.ts';
import { withExamples } from '../with-examples.ts';
import { findUser, personArgument } from './find-user.ts';
import { userText } from './user-text.ts';

export function userShowCommand(): Command {
  const command = new Command('show')
    .description('Show one person')
    .argument(...personArgument)
    .action(async (person: string, _flags, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const user = await findUser(clientOf(options), person);
      print(options.output, user, () => userText(user));
    });
  return withExamples(command, 'cluster-ai user show ana@example.com');
}
