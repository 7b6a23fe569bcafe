import { Command } from 'commander';
import { routeRollbackCommand } from './rollback.ts';
import { routeShowCommand } from './show.ts';
import { routeSplitCommand } from './split.ts';

export function routeCommand(): Command {
  return new Command('route')
    .description('Routes: how traffic is shared among versions')
    .addCommand(routeShowCommand())
    .addCommand(routeSplitCommand())
    .addCommand(routeRollbackCommand());
}
