import { listModels } from '@cluster-ai/contract/api/models.ts';
import type { Model } from '@cluster-ai/contract/api/models.ts';
import { Command } from 'commander';
import { bytesText } from '../../output/table.ts';
import { clientOf } from '../context.ts';
import { printList, withListOptions } from '../list-options.ts';
import type { ListOptions, ListTable } from '../list-options.ts';
import { withExamples } from '../with-examples.ts';
import { stateText } from './state-text.ts';

const table: ListTable<Model> = {
  columns: ['NAME', 'NEWEST', 'VERSIONS', 'STATE', 'SIZE', 'ALIASES'],
  row: ({ name, versions, versionCount, aliases }) => {
    const [newest] = versions;
    return [
      name,
      String(newest?.version ?? ''),
      String(versionCount),
      newest === undefined ? '' : stateText(newest),
      newest === undefined ? '' : bytesText(newest.sizeBytes),
      aliasText(aliases),
    ];
  },
  empty: 'no models yet; push one: cluster-ai model push <name> <file.onnx>',
};

export function modelListCommand(): Command {
  const command = new Command('list').description('List the models').action((_flags, command: Command) => {
    const options = command.optsWithGlobals<ListOptions>();
    return printList(options, { client: clientOf(options), target: listModels, table });
  });
  return withExamples(withListOptions(command, listModels), 'cluster-ai model list');
}

/** `champion=3 candidate=4`. */
export function aliasText(aliases: Model['aliases']): string {
  return Object.entries(aliases)
    .map(([alias, version]) => `${alias}=${version}`)
    .join(' ');
}
