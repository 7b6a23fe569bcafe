import { listRoutes } from '@cluster-ai/contract/api/routes.ts';
import type { Route } from '@cluster-ai/contract/api/routes.ts';
import { Command } from 'commander';
import { timeText } from '../../output/table.ts';
import { clientOf } from '../context.ts';
import { printList, withListOptions } from '../list-options.ts';
import type { ListOptions, ListTable } from '../list-options.ts';
import { withExamples } from '../with-examples.ts';
import { policyText, sharesText } from './policy-text.ts';

const table: ListTable<Route> = {
  columns: ['ROUTE', 'POLICY', 'TRAFFIC', 'REVISION', 'CHANGED', 'BY'],
  row: (route) => [
    route.name,
    policyText(route.policy),
    sharesText(route.variants),
    String(route.revision),
    timeText(route.updatedAt),
    route.updatedBy,
  ],
  empty: 'no routes yet; a pushed model gets one: cluster-ai model push <name> <file.onnx>',
};

export function routeListCommand(): Command {
  const command = new Command('list').description('List the routes').action((_flags, command: Command) => {
    const options = command.optsWithGlobals<ListOptions>();
    return printList(options, { client: clientOf(options), target: listRoutes, table });
  });
  return withExamples(withListOptions(command, listRoutes), 'cluster-ai route list');
}
