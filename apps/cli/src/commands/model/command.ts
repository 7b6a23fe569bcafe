import { Command } from 'commander';
import { modelAnnotateCommand } from './annotate.ts';
import { modelDeleteCommand } from './delete.ts';
import { modelDescribeCommand } from './describe.ts';
import { modelExplainCommand } from './explain.ts';
import { modelImportCommand } from './import.ts';
import { modelListCommand } from './list.ts';
import { modelPushCommand } from './push.ts';
import { modelResetCommand } from './reset.ts';
import { modelShowCommand } from './show.ts';
import { modelValidateCommand } from './validate.ts';
import { modelVersionsCommand } from './versions.ts';

export function modelCommand(): Command {
  return new Command('model')
    .description('Models and their versions')
    .addCommand(modelListCommand())
    .addCommand(modelShowCommand())
    .addCommand(modelVersionsCommand())
    .addCommand(modelExplainCommand())
    .addCommand(modelPushCommand())
    .addCommand(modelImportCommand())
    .addCommand(modelValidateCommand())
    .addCommand(modelDescribeCommand())
    .addCommand(modelAnnotateCommand())
    .addCommand(modelResetCommand())
    .addCommand(modelDeleteCommand());
}
