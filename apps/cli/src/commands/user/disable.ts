import { updateUser } from '@cluster-ai/contract/api/users.ts';
import { Command } from 'commander';
import { call } from '../../connection/call.ts';
import { print } from '../../output/print.ts';
import { visible } from '../../output/table.ts';
import { clientOf } from '../context.ts';
import type { GlobalOptions } from '../context.ts';
import { withExamples } from '../with-examples.ts';
import { findUser, personArgument } from './find-user.ts';

export function userDisableCommand(): Command {
  const command = new Command('disable')
    .description('Lock a person out: their sessions end, and they cannot sign in until they are enabled')
    .argument(...personArgument)
    .action((person: string, _flags, command: Command) => setDisabled(person, true, command));
  return withExamples(command, 'cluster-ai user disable ana@example.com');
}

export function userEnableCommand(): Command {
  const command = new Command('enable')
    .description('Let a person in again who was disabled')
    .argument(...personArgument)
    .action((person: string, _flags, command: Command) => setDisabled(person, false, command));
  return withExamples(command, 'cluster-ai user enable ana@example.com');
}

async function setDisabled(person: string, disabled: boolean, command: Command): Promise<void> {
  const options = command.optsWithGlobals<GlobalOptions>();
  const client = clientOf(options);
  const { id } = await findUser(client, person);
  const user = await call(client, updateUser, { params: { id }, body: { disabled } });
  print(options.output, user, () =>
    disabled
      ? `${visible(user.email)} is disabled; undo it with: cluster-ai user enable ${visible(user.email)}`
      : `${visible(user.email)} is ${user.state} again`,
  );
}
