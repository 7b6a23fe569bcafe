import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { modelFileOf } from '@cluster-ai/contract/manifest.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { ModelSignature } from '@cluster-ai/core/inference/signature.ts';
import { namedFiles } from '@cluster-ai/core/model-configuration/check-fit.ts';
import type { VersionPolicy } from '@cluster-ai/core/model-configuration/model-configuration.ts';
import { wantedVersions } from '@cluster-ai/core/model-configuration/version-policy.ts';
import { isModelName } from '@cluster-ai/core/names/model-name.ts';
import { Findings } from '@cluster-ai/protocols/model-configuration/findings.ts';
import {
  checkAgainstModel,
  configurationFileNames,
  readConfigurationFile,
  type FoundConfiguration,
} from '@cluster-ai/protocols/model-configuration/version-configuration.ts';
import { readOnnxModel } from '@cluster-ai/protocols/onnx/read-model.ts';
import { signatureFromOnnx } from '@cluster-ai/protocols/onnx/signature-from-onnx.ts';
import type { ModelFolder, VersionFiles } from './find-models.ts';
import { otherFormat } from './other-formats.ts';
import { unreadable, wholePlace, type FolderProblem } from './unreadable.ts';

/** A version of a folder, and whether it can be served. */
export interface VersionReport {
  readonly version: number;
  readonly files: VersionFiles['files'];
  readonly signature: ModelSignature | null;
  /** Empty when it can be served. */
  readonly problems: readonly FolderProblem[];
  /** False: its version policy leaves it out. */
  readonly wanted: boolean;
}

export interface ModelReport {
  readonly model: string;
  /** The file that says how it is served; null when there is none. */
  readonly configuration: string | null;
  /** Fields of it that are not honoured. */
  readonly ignored: readonly string[];
  /** What it asks for and is not there, and keeps nothing from being served. */
  readonly warnings: readonly string[];
  readonly versions: readonly VersionReport[];
  /** What keeps all of it from being served. */
  readonly problems: readonly FolderProblem[];
}

/** Looks at a model's folder as the server will: its configuration, and how that fits each version. */
export async function inspectFolder(folder: ModelFolder): Promise<ModelReport> {
  const problems = [...folder.problems];
  if (!isModelName(folder.model)) {
    const message = `${JSON.stringify(folder.model)} cannot be a model's name`;
    problems.push({ file: null, place: wholePlace, message, fix: 'use letters, digits, and . _ -' });
  }
  const findings = new Findings();
  const found = await readConfiguration(folder, findings, problems);
  const configuration = found?.configuration ?? null;
  const numbers = folder.versions.map(({ version }) => version);
  if (numbers.length === 0 && problems.length === 0) problems.push(noVersion);
  const { wanted, missing } = chosenVersions(configuration?.versionPolicy ?? null, numbers);
  if (wanted.size === 0 && missing.length > 0 && numbers.length > 0) {
    const message = `it names ${listed(missing)}, and there is ${listed(numbers)}`;
    findings.refuse('version_policy', message, 'name a version that is there');
  }
  const file = folder.configuration === null ? null : basename(folder.configuration);
  problems.push(...inFile(file, findings));
  const beside = configuration === null ? [] : namedFiles(configuration).map(({ path }) => path);
  const usable = findings.wrong.length > 0 ? null : found;
  const versions: VersionReport[] = [];
  for (const version of folder.versions) {
    const files = await folder.filesOf(version, beside);
    // An ensemble, say, has empty versions: what is wrong with it was said.
    const isTold = version.files.length === 0 && problems.length > 0;
    const own = version.problem === null ? [] : [version.problem];
    const inspected =
      own.length > 0 || isTold ? { signature: null, problems: own } : await inspectVersion(files, usable, file);
    versions.push({ version: version.version, files, ...inspected, wanted: wanted.has(version.version) });
  }
  return {
    model: folder.model,
    configuration: file,
    ignored: configuration?.ignored ?? [],
    warnings:
      wanted.size > 0 && missing.length > 0 ? [`version_policy names ${listed(missing)}, which is not there`] : [],
    versions,
    problems,
  };
}

const noVersion: FolderProblem = {
  file: null,
  place: wholePlace,
  message: 'it has no version',
  fix: 'put the model into a folder that is its version number, as in 1/model.onnx',
};

/** What a policy takes of the versions that are there, and what it names in vain. */
function chosenVersions(
  policy: VersionPolicy | null,
  present: readonly number[],
): { readonly wanted: ReadonlySet<number>; readonly missing: readonly number[] } {
  if (policy?.kind !== 'specific') return { wanted: new Set(present), missing: [] };
  const missing = policy.versions.filter((version) => !present.includes(version));
  return { wanted: new Set(wantedVersions(policy, present)), missing };
}

function inFile(file: string | null, { wrong }: Findings): FolderProblem[] {
  return wrong.map(({ place, message, fix }) => ({ file, place, message, fix }));
}

function listed(versions: readonly number[]): string {
  return `version${versions.length === 1 ? '' : 's'} ${versions.join(', ')}`;
}

async function readConfiguration(
  folder: ModelFolder,
  findings: Findings,
  problems: FolderProblem[],
): Promise<FoundConfiguration | null> {
  if (folder.configuration === null) return null;
  const name = basename(folder.configuration);
  try {
    return readConfigurationFile(name, await readFile(folder.configuration), folder.model, findings);
  } catch (thrown) {
    problems.push(unreadable(thrown, name, folder.configuration));
    return null;
  }
}

/** @param found null where there is no configuration that could be compared. @param file the one that it stands in. */
async function inspectVersion(
  files: VersionFiles['files'],
  found: FoundConfiguration | null,
  file: string | null,
): Promise<{ readonly signature: ModelSignature | null; readonly problems: readonly FolderProblem[] }> {
  const onnx = modelFileOf(files.map(({ path, size }) => ({ path, size, sha256: '' })));
  const source = files.find(({ path }) => path === onnx?.path)?.source;
  if (onnx === null || source === undefined) {
    return { signature: null, problems: [{ file: null, place: wholePlace, ...noModelFile(files) }] };
  }
  try {
    const signature = signatureFromOnnx(readOnnxModel(await readFile(source)));
    const findings = new Findings();
    if (found !== null) {
      const paths = new Set(files.map(({ path }) => path));
      checkAgainstModel(found.configuration, signature, { paths, modelFile: onnx.path }, findings);
    }
    return { signature, problems: inFile(file, findings) };
  } catch (thrown) {
    const problem = unreadable(thrown, onnx.path, source);
    const fix = thrown instanceof ClusterError && thrown.fix === undefined ? 'export the model anew' : problem.fix;
    return { signature: null, problems: [{ ...problem, fix }] };
  }
}

function noModelFile(files: VersionFiles['files']): { readonly message: string; readonly fix: string } {
  const paths = files.map(({ path }) => path).filter((path) => !configurationFileNames.includes(path));
  const onnx = paths.filter((path) => path.endsWith('.onnx'));
  if (onnx.length > 1) {
    const message = `it has several ONNX files (${onnx.join(', ')}), and none of them is model.onnx`;
    return { message, fix: 'call the one that is to be served model.onnx, or take the others out' };
  }
  const format = otherFormat(paths);
  if (format !== null) return { message: `it ${format.message}`, fix: format.fix };
  const others = paths.length === 0 ? 'it is empty' : `it has no ONNX file, only ${paths.slice(0, 5).join(', ')}`;
  return { message: others, fix: 'put the model there as model.onnx' };
}

/** Whether a version can be served, and is wanted. */
export function isServed(report: ModelReport, version: VersionReport): boolean {
  return report.problems.length === 0 && version.problems.length === 0 && version.wanted;
}
