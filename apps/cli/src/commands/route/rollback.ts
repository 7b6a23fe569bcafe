import { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import { rollbackRoute } from '@cluster-ai/contract/api/routes.ts';
import { Command } from 'commander';
import { print } from '../../output/print.ts';
import { wholeNumber } from '../arguments.ts';
import { clientOf } from '../context.ts';
import type { GlobalOptions } from '../context.ts';
import { routeText } from './policy-text.ts';

interface RollbackOptions extends GlobalOptions {
  readonly revision?: number;
}

export function routeRollbackCommand(): Command {
  return new Command('rollback')
    .description('Bring back what a route did before its last change')
    .argument('<route>')
    .option('--revision <number>', 'bring back this revision', wholeNumber)
    .action(async (name: string, _flags, command: Command) => {
      const options = command.optsWithGlobals<RollbackOptions>();
      const body = { revision: options.revision };
      const route = await callEndpoint(clientOf(options), rollbackRoute, { params: { name }, body });
      print(options.output, route, () => routeText(route));
    });
}
