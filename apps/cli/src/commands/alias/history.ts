import { listAliasHistory } from '@cluster-ai/contract/api/models.ts';
import type { AliasMove } from '@cluster-ai/contract/api/models.ts';
import { Command } from 'commander';
import { timeText } from '../../output/table.ts';
import { clientOf } from '../context.ts';
import { printList, withListOptions } from '../list-options.ts';
import type { ListOptions, ListTable } from '../list-options.ts';
import { withExamples } from '../with-examples.ts';

const table: ListTable<AliasMove> = {
  columns: ['AT', 'BY', 'ALIAS', 'FROM', 'TO'],
  row: ({ at, by, alias, previous, version }) => [
    timeText(at),
    by,
    alias,
    previous === null ? 'new' : String(previous),
    version === null ? 'removed' : String(version),
  ],
  empty: 'no alias was ever set; set one: cluster-ai alias set <model> champion <version>',
};

export function aliasHistoryCommand(): Command {
  const command = new Command('history')
    .description('List who moved which alias of a model, newest first')
    .argument('<model>')
    .action((name: string, _flags, command: Command) => {
      const options = command.optsWithGlobals<ListOptions>();
      return printList(options, { client: clientOf(options), target: listAliasHistory, params: { name }, table });
    });
  return withExamples(
    withListOptions(command, listAliasHistory),
    'cluster-ai alias history iris --filter alias=champion',
  );
}
