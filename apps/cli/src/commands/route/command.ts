import { Command } from 'commander';
import { routeDeleteCommand } from './delete.ts';
import { routeDiffCommand } from './diff.ts';
import { routeHistoryCommand } from './history.ts';
import { routeLatestCommand } from './latest.ts';
import { routeListCommand } from './list.ts';
import { routeLoadCommand, routeUnloadCommand } from './load.ts';
import { routeRollbackCommand } from './rollback.ts';
import { routeShowCommand } from './show.ts';
import { routeSplitCommand } from './split.ts';

export function routeCommand(): Command {
  return new Command('route')
    .description('Routes: how traffic is shared among versions')
    .addCommand(routeListCommand())
    .addCommand(routeShowCommand())
    .addCommand(routeSplitCommand())
    .addCommand(routeLatestCommand())
    .addCommand(routeRollbackCommand())
    .addCommand(routeLoadCommand())
    .addCommand(routeUnloadCommand())
    .addCommand(routeHistoryCommand())
    .addCommand(routeDiffCommand())
    .addCommand(routeDeleteCommand());
}
