import { Command } from 'commander';
import { aliasHistoryCommand } from './history.ts';
import { aliasListCommand } from './list.ts';
import { aliasRemoveCommand } from './remove.ts';
import { aliasSetCommand } from './set.ts';

export function aliasCommand(): Command {
  return new Command('alias')
    .description('Aliases: names for versions of a model, such as champion')
    .addCommand(aliasListCommand())
    .addCommand(aliasSetCommand())
    .addCommand(aliasRemoveCommand())
    .addCommand(aliasHistoryCommand());
}
