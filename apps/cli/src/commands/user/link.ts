import { createUserLink } from '@cluster-ai/contract/api/users.ts';
import { Command } from 'commander';
import { call } from '../../connection/call.ts';
import { clientOf } from '../context.ts';
import type { GlobalOptions } from '../context.ts';
import { withExamples } from '../with-examples.ts';
import { findUser, personArgument } from './find-user.ts';
import { printOneTimeLink } from './one-time-link.ts';

export function userLinkCommand(): Command {
  const command = new Command('link')
    .description('Make a new one-time link: for an invitation that expired, or a forgotten password')
    .argument(...personArgument)
    .action(async (person: string, _flags, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const client = clientOf(options);
      const { id } = await findUser(client, person);
      printOneTimeLink(options.output, await call(client, createUserLink, { params: { id } }));
    });
  return withExamples(command, 'cluster-ai user link ana@example.com');
}
