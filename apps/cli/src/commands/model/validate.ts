import { Command } from 'commander';
import { exitCodes } from '../../output/exit-codes.ts';
import { print } from '../../output/print.ts';
import type { GlobalOptions } from '../context.ts';
import { withExamples } from '../with-examples.ts';
import { findModels } from './repository/find-models.ts';
import { inspectFolder } from './repository/inspect-folder.ts';
import { reportData, reportText } from './repository/report-text.ts';

export function modelValidateCommand(): Command {
  const command = new Command('validate')
    .description('Say what is wrong with models and their configuration before they are pushed; asks no server')
    .argument('<path>', 'a folder of models, the folder of one, a configuration file, or an ONNX file')
    .action(async (path: string, _flags, command: Command) => {
      const { output } = command.optsWithGlobals<GlobalOptions>();
      const reports = await Promise.all((await findModels(path)).map((folder) => inspectFolder(folder)));
      print(output, reports.map(reportData), () => reportText(reports));
      const isWrong = reports.some(
        ({ problems, versions }) => problems.length > 0 || versions.some((version) => version.problems.length > 0),
      );
      if (isWrong) process.exitCode = exitCodes.failed;
    });
  return withExamples(
    command,
    'cluster-ai model validate ./model_repository',
    'cluster-ai model validate ./model_repository/iris/config.pbtxt',
  );
}
