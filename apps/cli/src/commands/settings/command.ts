import { Command } from 'commander';
import { settingsGetCommand } from './get.ts';
import { settingsListCommand } from './list.ts';
import { settingsResetCommand } from './reset.ts';
import { settingsSetCommand } from './set.ts';

export function settingsCommand(): Command {
  return new Command('settings')
    .description('Settings that are changed while everything runs')
    .addCommand(settingsListCommand())
    .addCommand(settingsGetCommand())
    .addCommand(settingsSetCommand())
    .addCommand(settingsResetCommand());
}
