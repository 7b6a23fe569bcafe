import { getRoute } from '@cluster-ai/contract/api/routes.ts';
import { Command } from 'commander';
import { call } from '../../connection/call.ts';
import { print } from '../../output/print.ts';
import { clientOf } from '../context.ts';
import type { GlobalOptions } from '../context.ts';
import { withExamples } from '../with-examples.ts';
import { routeText } from './policy-text.ts';

export function routeShowCommand(): Command {
  const command = new Command('show')
    .description('Show how the traffic of a route is shared')
    .argument('<route>')
    .action(async (name: string, _flags, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const route = await call(clientOf(options), getRoute, { params: { name } });
      print(options.output, route, () => routeText(route));
    });
  return withExamples(command, 'cluster-ai route show iris');
}
