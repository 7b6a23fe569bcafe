import { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import { getRoute } from '@cluster-ai/contract/api/routes.ts';
import { Command } from 'commander';
import { print } from '../../output/print.ts';
import { clientOf } from '../context.ts';
import type { GlobalOptions } from '../context.ts';
import { routeText } from './policy-text.ts';

export function routeShowCommand(): Command {
  return new Command('show')
    .description('Show how the traffic of a route is shared')
    .argument('<route>')
    .action(async (name: string, _flags, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const route = await callEndpoint(clientOf(options), getRoute, { params: { name } });
      print(options.output, route, () => routeText(route));
    });
}
