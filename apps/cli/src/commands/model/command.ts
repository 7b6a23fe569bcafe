import { Command } from 'commander';
import { modelDeleteCommand } from './delete.ts';
import { modelListCommand } from './list.ts';
import { modelPushCommand } from './push.ts';
import { modelShowCommand } from './show.ts';

export function modelCommand(): Command {
  return new Command('model')
    .description('Models and their versions')
    .addCommand(modelPushCommand())
    .addCommand(modelListCommand())
    .addCommand(modelShowCommand())
    .addCommand(modelDeleteCommand());
}
