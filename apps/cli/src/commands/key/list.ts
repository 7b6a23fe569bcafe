import { listKeys } from '@cluster-ai/contract/api/keys.ts';
import type { ApiKey } from '@cluster-ai/contract/api/keys.ts';
import { Command } from 'commander';
import { timeText } from '../../output/table.ts';
import { clientOf } from '../context.ts';
import { printList, withListOptions } from '../list-options.ts';
import type { ListOptions, ListTable } from '../list-options.ts';
import { withExamples } from '../with-examples.ts';
import { modelsText } from './key-text.ts';

const table: ListTable<ApiKey> = {
  columns: ['ID', 'NAME', 'KEY', 'STATE', 'ACTIONS', 'MODELS', 'EXPIRES', 'LAST USED', 'USED TODAY', 'BY'],
  row: (key) => [
    key.id,
    key.name,
    `${key.prefix}…`,
    key.state,
    key.actions.join(','),
    modelsText(key),
    timeText(key.expiresAt, 'never'),
    timeText(key.lastUsedAt, 'never'),
    `${key.usedToday}${key.dailyQuota === null ? '' : ` of ${key.dailyQuota}`}`,
    key.createdBy,
  ],
  empty: 'no keys yet; make one: cluster-ai key create <name>',
};

export function keyListCommand(): Command {
  const command = new Command('list')
    .description('List your API keys; everybody’s for administrators')
    .action((_flags, command: Command) => {
      const options = command.optsWithGlobals<ListOptions>();
      return printList(options, { client: clientOf(options), target: listKeys, table });
    });
  return withExamples(withListOptions(command, listKeys), 'cluster-ai key list');
}
