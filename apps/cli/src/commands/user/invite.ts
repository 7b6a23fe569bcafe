import { inviteUser } from '@cluster-ai/contract/api/users.ts';
import { roles } from '@cluster-ai/core/access/roles.ts';
import type { Role } from '@cluster-ai/core/access/roles.ts';
import { Command, Option } from 'commander';
import { call } from '../../connection/call.ts';
import { clientOf } from '../context.ts';
import type { GlobalOptions } from '../context.ts';
import { withExamples } from '../with-examples.ts';
import { printOneTimeLink } from './one-time-link.ts';

interface InviteOptions extends GlobalOptions {
  readonly role: Role;
}

export function userInviteCommand(): Command {
  const command = new Command('invite')
    .description('Invite somebody: prints a link that they use once to set their password')
    .argument('<email>')
    .addOption(new Option('--role <role>', 'what they may do').choices(roles).default('viewer'))
    .action(async (email: string, _flags, command: Command) => {
      const options = command.optsWithGlobals<InviteOptions>();
      const body = { email, role: options.role };
      printOneTimeLink(options.output, await call(clientOf(options), inviteUser, { body }));
    });
  return withExamples(command, 'cluster-ai user invite ana@example.com --role operator');
}
