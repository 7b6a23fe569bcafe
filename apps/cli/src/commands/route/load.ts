import { loadRoute, unloadRoute } from '@cluster-ai/contract/api/routes.ts';
import { Command } from 'commander';
import { call } from '../../connection/call.ts';
import { print } from '../../output/print.ts';
import { clientOf } from '../context.ts';
import type { GlobalOptions } from '../context.ts';
import { withExamples } from '../with-examples.ts';
import { printChanged, withWaiting } from './print-changed.ts';
import type { WaitOptions } from './print-changed.ts';

export function routeLoadCommand(): Command {
  const command = new Command('load')
    .description('Have gateways serve a route again that was unloaded')
    .argument('<route>', 'or the name of a model without a route, which gets one')
    .action(async (name: string, _flags, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & WaitOptions>();
      const client = clientOf(options);
      await printChanged(client, await call(client, loadRoute, { params: { name } }), options);
    });
  return withExamples(withWaiting(command), 'cluster-ai route load iris');
}

export function routeUnloadCommand(): Command {
  const command = new Command('unload')
    .description('Have gateways release what is behind a route; its policy stays for when it is loaded again')
    .argument('<route>')
    .action(async (name: string, _flags, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>();
      const route = await call(clientOf(options), unloadRoute, { params: { name } });
      print(
        options.output,
        route,
        () => `unloaded route ${route.name}; cluster-ai route load ${route.name} brings it back`,
      );
    });
  return withExamples(command, 'cluster-ai route unload iris');
}
