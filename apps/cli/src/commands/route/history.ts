import { listRouteRevisions } from '@cluster-ai/contract/api/routes.ts';
import type { RouteRevision } from '@cluster-ai/contract/api/routes.ts';
import { Command } from 'commander';
import { timeText } from '../../output/table.ts';
import { clientOf } from '../context.ts';
import { printList, withListOptions } from '../list-options.ts';
import type { ListOptions, ListTable } from '../list-options.ts';
import { withExamples } from '../with-examples.ts';
import { policyText, sharesText } from './policy-text.ts';

const table: ListTable<RouteRevision> = {
  columns: ['REVISION', 'AT', 'BY', 'POLICY', 'TRAFFIC', 'NOTE'],
  row: (revision) => [
    String(revision.revision),
    timeText(revision.createdAt),
    revision.createdBy,
    policyText(revision.policy),
    sharesText(revision.variants),
    revision.restoredFrom === null ? '' : `brought back revision ${revision.restoredFrom}`,
  ],
  empty: 'no revisions',
};

export function routeHistoryCommand(): Command {
  const command = new Command('history')
    .description('List the revisions of a route, newest first')
    .argument('<route>')
    .action((name: string, _flags, command: Command) => {
      const options = command.optsWithGlobals<ListOptions>();
      return printList(options, { client: clientOf(options), target: listRouteRevisions, params: { name }, table });
    });
  return withExamples(withListOptions(command, listRouteRevisions), 'cluster-ai route history iris');
}
