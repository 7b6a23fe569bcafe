import { exitCodes } from '../../../output/exit-codes.ts';
import { print } from '../../../output/print.ts';
import type { GlobalOptions } from '../../context.ts';
import { findModels } from './find-models.ts';
import { inspectFolder } from './inspect-folder.ts';
import { reportData, reportText } from './report-text.ts';

/** Says what is wrong with the models at `path`; the exit code tells it, too. */
export async function runValidate(path: string, { output }: GlobalOptions): Promise<void> {
  const reports = await Promise.all((await findModels(path)).map((folder) => inspectFolder(folder)));
  print(output, reports.map(reportData), () => reportText(reports));
  const isWrong = reports.some(
    ({ problems, versions }) => problems.length > 0 || versions.some((version) => version.problems.length > 0),
  );
  if (isWrong) process.exitCode = exitCodes.failed;
}
