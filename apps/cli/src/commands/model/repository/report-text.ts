import type { Finding } from '@cluster-ai/protocols/model-configuration/findings.ts';
import { visible } from '../../../output/table.ts';
import { isServed, type ModelReport } from './inspect-folder.ts';

/** What was found, for people. */
export function reportText(reports: readonly ModelReport[]): string {
  return reports.map(modelText).join('\n');
}

function modelText(report: ModelReport): string {
  const { model, configuration, ignored, versions, problems } = report;
  const served = versions.filter((version) => isServed(report, version)).map(({ version }) => version);
  const state =
    served.length === 0 ? 'cannot be served' : `version${served.length === 1 ? '' : 's'} ${served.join(', ')}`;
  const lines = [`${visible(model)}: ${state} (${configuration ?? 'no configuration: read from the model'})`];
  const file = configuration ?? 'folder';
  lines.push(...problems.map((problem) => problemText(file, problem)));
  for (const { version, problems: own, wanted } of versions) {
    lines.push(...own.map((problem) => problemText(`version ${version}: ${file}`, problem)));
    if (!wanted) lines.push(`  version ${version} is left out by version_policy`);
  }
  if (ignored.length > 0) lines.push(`  warning: not honoured: ${visible(ignored.join(', '))}`);
  return lines.join('\n');
}

function problemText(file: string, { place, message, fix }: Finding): string {
  return `  ${visible(`${file}: ${place}: ${message}`)}\n    ${visible(fix)}`;
}

/** The same as data. */
export function reportData(report: ModelReport): unknown {
  const { model, configuration, ignored, versions, problems } = report;
  return {
    model,
    configuration,
    ignored,
    problems,
    versions: versions.map((version) => ({
      version: version.version,
      served: isServed(report, version),
      problems: version.problems,
      signature: version.signature,
    })),
  };
}
