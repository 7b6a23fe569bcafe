import { resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { withExamples } from '../with-examples.ts';
import { withDataOptions, withKeyFile } from './options.ts';
import type { DataOptions } from './options.ts';

export interface CreateOptions extends DataOptions {
  readonly skipDamaged?: boolean;
  readonly keep?: number;
}

export function backupCreateCommand(): Command {
  const command = new Command('create')
    .description('Write everything into one file, while the platform goes on')
    .argument('[file]', 'new file, or a folder in which it gets a name with the time', '.')
    .option('--skip-damaged', 'leave out model files that are missing or damaged, and say which')
    .option('--keep <count>', 'in a folder: remove all but the newest backups afterwards', countArgument)
    .action(async (file: string, _flags, command: Command) => {
      const { runCreate } = await import('./run-create.ts');
      await runCreate(resolve(file), command.optsWithGlobals<CreateOptions>());
    });
  return withExamples(
    withKeyFile(withDataOptions(command)),
    'cluster-ai backup /var/backups/cluster-ai --key-file /etc/cluster-ai/backup.key --keep 14',
    'cluster-ai backup create before-the-upgrade.backup',
  );
}

function countArgument(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= 10_000) return count;
  throw new InvalidArgumentError('It must be a whole number from 1 to 10000.');
}
