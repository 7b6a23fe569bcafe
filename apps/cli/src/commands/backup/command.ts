import { Command } from 'commander';
import { backupCreateCommand } from './create.ts';
import { backupVerifyCommand } from './verify.ts';

export function backupCommand(): Command {
  return (
    new Command('backup')
      .description('Backups of everything: database, model files, tokens and keys')
      // `cluster-ai backup <file>` makes one.
      .addCommand(backupCreateCommand(), { isDefault: true })
      .addCommand(backupVerifyCommand())
  );
}
