import { Command } from 'commander';
import type { GlobalOptions } from '../context.ts';
import { withExamples } from '../with-examples.ts';

export function modelValidateCommand(): Command {
  const command = new Command('validate')
    .description('Say what is wrong with models and their configuration before they are pushed; asks no server')
    .argument('<path>', 'a folder of models, the folder of one, a configuration file, or an ONNX file')
    .action(async (path: string, _flags, command: Command) => {
      const { runValidate } = await import('./repository/run-validate.ts');
      await runValidate(path, command.optsWithGlobals<GlobalOptions>());
    });
  return withExamples(
    command,
    'cluster-ai model validate ./model_repository',
    'cluster-ai model validate ./model_repository/iris/config.pbtxt',
  );
}
