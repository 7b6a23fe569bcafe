import { listVersions } from '@cluster-ai/contract/api/models.ts';
import type { DescribedVersion } from '@cluster-ai/contract/api/models.ts';
import { Command } from 'commander';
import { bytesText, timeText } from '../../output/table.ts';
import { clientOf } from '../context.ts';
import { printList, withListOptions } from '../list-options.ts';
import type { ListOptions, ListTable } from '../list-options.ts';
import { withExamples } from '../with-examples.ts';
import { stateText } from './state-text.ts';

const notesCharactersMax = 60;

const table: ListTable<DescribedVersion> = {
  columns: ['VERSION', 'STATE', 'SIZE', 'SOURCE', 'CREATED', 'BY', 'DIGEST', 'LINEAGE', 'NOTES'],
  row: (version) => [
    String(version.version),
    stateText(version),
    bytesText(version.sizeBytes),
    version.source,
    timeText(version.createdAt),
    version.createdBy,
    version.digest.slice(0, 12),
    shortened(lineageText(version.lineage)),
    shortened(version.notes),
  ],
  empty: 'no versions',
};

export function modelVersionsCommand(): Command {
  const command = new Command('versions')
    .description('List the versions of a model')
    .argument('<name>')
    .action((name: string, _flags, command: Command) => {
      const options = command.optsWithGlobals<ListOptions>();
      return printList(options, { client: clientOf(options), target: listVersions, params: { name }, table });
    });
  return withExamples(
    withListOptions(command, listVersions),
    'cluster-ai model versions iris',
    "cluster-ai model versions iris --filter 'lineage=dataset:iris-2026 createdAt>=2026-01-01'",
  );
}

/** `accuracy=0.97 dataset=iris-2026`. */
function lineageText(lineage: DescribedVersion['lineage']): string {
  return Object.entries(lineage)
    .map(([key, value]) => `${key}=${value}`)
    .join(' ');
}

function shortened(text: string): string {
  return text.length > notesCharactersMax ? `${text.slice(0, notesCharactersMax)}…` : text;
}
