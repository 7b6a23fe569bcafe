import { createSetupCode } from '@cluster-ai/contract/api/session.ts';
import { Command } from 'commander';
import { call } from '../../connection/call.ts';
import { print } from '../../output/print.ts';
import { timeText } from '../../output/table.ts';
import { clientOf } from '../context.ts';
import type { GlobalOptions } from '../context.ts';
import { withExamples } from '../with-examples.ts';

export function userSetupCodeCommand(): Command {
  const command = new Command('setup-code')
    .description('Make a one-time code for the first administrator; the one before ends')
    .action(async (_flags, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const code = await call(clientOf(options), createSetupCode);
      if (options.output === 'table') {
        process.stderr.write(
          `The first administrator sets a name and a password with this link. It works once, until ${timeText(code.expiresAt)}.\n`,
        );
      }
      print(options.output, code, () => code.url);
    });
  return withExamples(command, 'cluster-ai user setup-code');
}
