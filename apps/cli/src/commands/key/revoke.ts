import { revokeKey } from '@cluster-ai/contract/api/keys.ts';
import { Command } from 'commander';
import { call } from '../../connection/call.ts';
import { print } from '../../output/print.ts';
import { visible } from '../../output/table.ts';
import { clientOf } from '../context.ts';
import type { GlobalOptions } from '../context.ts';
import { withExamples } from '../with-examples.ts';
import { findKey, keyArgument } from './find-key.ts';

export function keyRevokeCommand(): Command {
  const command = new Command('revoke')
    .description('Revoke a key for good: connected gateways refuse it within two seconds')
    .argument(...keyArgument)
    .action(async (name: string, _flags, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const client = clientOf(options);
      const { id } = await findKey(client, name);
      const answer = await call(client, revokeKey, { params: { id } });
      print(options.output, answer, () => `revoked ${visible(answer.key.name)} (${answer.key.id})`);
    });
  return withExamples(command, 'cluster-ai key revoke ci');
}
