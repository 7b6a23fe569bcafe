import { rollbackRoute } from '@cluster-ai/contract/api/routes.ts';
import { Command } from 'commander';
import { call } from '../../connection/call.ts';
import { wholeNumber } from '../arguments.ts';
import { clientOf } from '../context.ts';
import type { GlobalOptions } from '../context.ts';
import { withExamples } from '../with-examples.ts';
import { printChanged, withWaiting } from './print-changed.ts';
import type { WaitOptions } from './print-changed.ts';

interface RollbackOptions extends GlobalOptions, WaitOptions {
  readonly revision?: number;
}

export function routeRollbackCommand(): Command {
  const command = new Command('rollback')
    .description('Bring back what a route did before its last change')
    .argument('<route>')
    .option('--revision <number>', 'bring back this revision', wholeNumber)
    .action(async (name: string, _flags, command: Command) => {
      const options = command.optsWithGlobals<RollbackOptions>();
      const body = { revision: options.revision };
      const client = clientOf(options);
      await printChanged(client, await call(client, rollbackRoute, { params: { name }, body }), options);
    });
  return withExamples(
    withWaiting(command),
    'cluster-ai route rollback iris',
    'cluster-ai route rollback iris --revision 3',
  );
}
