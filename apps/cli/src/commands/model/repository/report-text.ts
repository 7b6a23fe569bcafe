import { visible } from '../../../output/table.ts';
import { isServed, type ModelReport } from './inspect-folder.ts';
import type { FolderProblem } from './unreadable.ts';

/** What was found, for people. */
export function reportText(reports: readonly ModelReport[]): string {
  return reports.map(modelText).join('\n');
}

function modelText(report: ModelReport): string {
  const { model, configuration, ignored, warnings, versions, problems } = report;
  const served = versions.filter((version) => isServed(report, version)).map(({ version }) => version);
  const state =
    served.length === 0 ? 'cannot be served' : `version${served.length === 1 ? '' : 's'} ${served.join(', ')}`;
  const read = versions.length === 0 ? 'no configuration' : 'no configuration: read from the model';
  const lines = [`${visible(model)}: ${state} (${configuration ?? read})`];
  lines.push(...problems.map((problem) => problemText([], problem)));
  for (const { version, problems: own, wanted } of versions) {
    lines.push(...own.map((problem) => problemText([`version ${version}`], problem)));
    if (!wanted) lines.push(`  version ${version} is left out by version_policy`);
  }
  lines.push(...warnings.map((warning) => `  warning: ${visible(warning)}`));
  if (ignored.length > 0) lines.push(`  warning: not honoured: ${visible(ignored.map(ignoredText).join(', '))}`);
  return lines.join('\n');
}

function ignoredText(field: string): string {
  return field === 'name' ? "name (the folder's counts)" : field;
}

/** Where it is, what it is, and in a line of its own the way out. */
function problemText(of: readonly string[], { file, place, message, fix }: FolderProblem): string {
  const where = [...of, file ?? '', place].filter((part) => part !== '');
  return `  ${visible([...where, message].join(': '))}\n    ${visible(fix)}`;
}

/** The same as data. */
export function reportData(report: ModelReport): unknown {
  const { model, configuration, ignored, warnings, versions, problems } = report;
  return {
    model,
    configuration,
    ignored,
    warnings,
    problems,
    versions: versions.map((version) => ({
      version: version.version,
      served: isServed(report, version),
      problems: version.problems,
      signature: version.signature,
    })),
  };
}
