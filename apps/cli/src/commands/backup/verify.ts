import { resolve } from 'node:path';
import { Command } from 'commander';
import type { GlobalOptions } from '../context.ts';
import { withExamples } from '../with-examples.ts';
import { withKeyFile } from './options.ts';

export interface VerifyOptions extends GlobalOptions {
  readonly keyFile?: string;
  readonly digestsOnly?: boolean;
  readonly scratch?: string;
  readonly user: string;
}

export function backupVerifyCommand(): Command {
  const command = new Command('verify')
    .description('Restore a backup into a database and a folder of its own, compare, and remove them again')
    .argument('<file>', 'the backup')
    .option('--digests-only', 'read and check every byte, and restore nothing')
    .option('--scratch <folder>', 'where the restore takes its room (default: the temporary folder)')
    .option('--user <name>', 'system user that the database runs as when root asks', 'cluster-ai')
    .action(async (file: string, _flags, command: Command) => {
      const { runVerify } = await import('./run-verify.ts');
      await runVerify(resolve(file), command.optsWithGlobals<VerifyOptions>());
    });
  return withExamples(
    withKeyFile(command),
    'cluster-ai backup verify /var/backups/cluster-ai/cluster-ai-20260131T120000Z.backup --key-file backup.key',
  );
}
