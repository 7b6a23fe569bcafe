import { resolve } from 'node:path';
import { Command } from 'commander';
import { withDataOptions, withKeyFile } from './backup/options.ts';
import type { DataOptions } from './backup/options.ts';
import { withConfirmation } from './confirm.ts';
import type { ConfirmOptions } from './confirm.ts';
import { withExamples } from './with-examples.ts';

export interface RestoreCommandOptions extends DataOptions, ConfirmOptions {
  readonly replace?: boolean;
  readonly user?: string;
}

export function restoreCommand(): Command {
  const command = new Command('restore')
    .description('Restore a backup into an empty data folder or database; gateways follow by themselves')
    .argument('<file>', 'the backup')
    .option('--replace', 'where there is data already: put the backup in its place')
    .option('--user <name>', 'system user that a new data folder belongs to when root asks (default cluster-ai)')
    .action(async (file: string, _flags, command: Command) => {
      const { runRestore } = await import('./backup/run-restore.ts');
      await runRestore(resolve(file), command.optsWithGlobals<RestoreCommandOptions>());
    });
  return withExamples(
    withConfirmation(withKeyFile(withDataOptions(command))),
    'cluster-ai restore cluster-ai-20260131T120000Z.backup --key-file backup.key --home /var/lib/cluster-ai',
    'cluster-ai restore before-the-upgrade.backup --replace',
  );
}
