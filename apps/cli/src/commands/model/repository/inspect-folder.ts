import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { modelFileOf } from '@cluster-ai/contract/manifest.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { ModelSignature } from '@cluster-ai/core/inference/signature.ts';
import { namedFiles } from '@cluster-ai/core/model-configuration/check-fit.ts';
import { wantedVersions } from '@cluster-ai/core/model-configuration/version-policy.ts';
import { isModelName } from '@cluster-ai/core/names/model-name.ts';
import { Findings, type Finding } from '@cluster-ai/protocols/model-configuration/findings.ts';
import {
  checkAgainstModel,
  readConfigurationFile,
  type FoundConfiguration,
} from '@cluster-ai/protocols/model-configuration/version-configuration.ts';
import { readOnnxModel } from '@cluster-ai/protocols/onnx/read-model.ts';
import { signatureFromOnnx } from '@cluster-ai/protocols/onnx/signature-from-onnx.ts';
import type { ModelFolder, VersionFiles } from './find-models.ts';

/** A version of a folder, and whether it can be served. */
export interface VersionReport {
  readonly version: number;
  readonly files: VersionFiles['files'];
  readonly signature: ModelSignature | null;
  /** Empty when it can be served. */
  readonly problems: readonly Finding[];
  /** False: its version policy leaves it out. */
  readonly wanted: boolean;
}

export interface ModelReport {
  readonly model: string;
  /** The file that says how it is served; null when there is none. */
  readonly configuration: string | null;
  /** Fields of it that are not honoured. */
  readonly ignored: readonly string[];
  readonly versions: readonly VersionReport[];
  /** What keeps all of it from being served. */
  readonly problems: readonly Finding[];
}

/** Looks at a model's folder as the server will: its configuration, and how that fits each version. */
export async function inspectFolder(folder: ModelFolder): Promise<ModelReport> {
  const findings = new Findings();
  if (!isModelName(folder.model)) {
    const message = `${JSON.stringify(folder.model)} cannot be a model's name`;
    findings.refuse('the folder', message, 'use letters, digits, and . _ -');
  }
  const found = await readConfiguration(folder, findings);
  const configuration = found?.configuration ?? null;
  const beside = configuration === null ? [] : namedFiles(configuration).map(({ path }) => path);
  if (folder.versions.length === 0) {
    const fix = 'put the model into a folder that is its version number, as in 1/model.onnx';
    findings.refuse('the folder', 'it has no version', fix);
  }
  const wanted = new Set(
    configuration === null || configuration.versionPolicy?.kind !== 'specific'
      ? folder.versions.map(({ version }) => version)
      : wantedVersions(
          configuration.versionPolicy,
          folder.versions.map(({ version }) => version),
        ),
  );
  const versions: VersionReport[] = [];
  for (const version of folder.versions) {
    const files = await folder.filesOf(version, beside);
    const { signature, problems } = await inspectVersion(files, found, findings.wrong.length > 0);
    versions.push({ version: version.version, files, signature, problems, wanted: wanted.has(version.version) });
  }
  return {
    model: folder.model,
    configuration: folder.configuration === null ? null : basename(folder.configuration),
    ignored: configuration?.ignored ?? [],
    versions,
    problems: findings.wrong,
  };
}

async function readConfiguration(folder: ModelFolder, findings: Findings): Promise<FoundConfiguration | null> {
  if (folder.configuration === null) return null;
  try {
    const bytes = await readFile(folder.configuration);
    return readConfigurationFile(basename(folder.configuration), bytes, folder.model, findings);
  } catch (thrown) {
    if (!(thrown instanceof ClusterError)) throw thrown;
    findings.refuse('the file', thrown.message, thrown.fix ?? 'correct it there');
    return null;
  }
}

async function inspectVersion(
  files: VersionFiles['files'],
  found: FoundConfiguration | null,
  isBroken: boolean,
): Promise<{ readonly signature: ModelSignature | null; readonly problems: readonly Finding[] }> {
  const findings = new Findings();
  const onnx = modelFileOf(files.map(({ path, size }) => ({ path, size, sha256: '' })));
  const source = files.find(({ path }) => path === onnx?.path)?.source;
  if (onnx === null || source === undefined) {
    const others = files
      .map(({ path }) => path)
      .filter((path) => /\.(?:plan|pt|savedmodel|graphdef|py|pb|bst|joblib)$/.test(path));
    const what =
      others.length === 0
        ? 'it has no model.onnx, and not one file that ends in .onnx'
        : `${others.join(', ')} is no ONNX model`;
    findings.refuse('the folder', what, 'export the model to ONNX: model.onnx');
    return { signature: null, problems: findings.wrong };
  }
  try {
    const signature = signatureFromOnnx(readOnnxModel(await readFile(source)));
    if (found !== null && !isBroken) {
      const paths = new Set(files.map(({ path }) => path));
      checkAgainstModel(found.configuration, signature, { paths, modelFile: onnx.path }, findings);
    }
    return { signature, problems: findings.wrong };
  } catch (thrown) {
    if (!(thrown instanceof ClusterError)) throw thrown;
    findings.refuse(join(basename(dirname(source)), onnx.path), thrown.message, thrown.fix ?? 'export the model anew');
    return { signature: null, problems: findings.wrong };
  }
}

/** Whether a version can be served, and is wanted. */
export function isServed(report: ModelReport, version: VersionReport): boolean {
  return report.problems.length === 0 && version.problems.length === 0 && version.wanted;
}
