import { readFile } from 'node:fs/promises';
import { modelFileOf } from '@cluster-ai/contract/manifest.ts';
import type { ManifestFile, ModelSettings } from '@cluster-ai/contract/manifest.ts';
import { modelConfigurationSchema } from '@cluster-ai/contract/model-configuration.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { ModelSignature } from '@cluster-ai/core/inference/signature.ts';
import { Findings } from '@cluster-ai/protocols/model-configuration/findings.ts';
import { configurationBytesMax } from '@cluster-ai/protocols/model-configuration/read-files.ts';
import {
  checkAgainstModel,
  configurationFileNames,
  readConfigurationFile,
  type FoundConfiguration,
} from '@cluster-ai/protocols/model-configuration/version-configuration.ts';
import type { Plane } from '../../plane.ts';
import { inspectModel } from './inspect-model.ts';

/** What the files of a version say about it. */
export interface InspectedVersion {
  readonly signature: ModelSignature;
  readonly settings: ModelSettings;
}

/**
 * Reads the model file of a version, and its configuration if it has one; what a configuration asks for and is not
 * honoured is said once, in one line of the log.
 * @param settings of whoever brings the version: they go before what its file says.
 * @throws ClusterError MODEL_INVALID with what is wrong with either.
 */
export async function inspectVersion(
  plane: Pick<Plane, 'files' | 'config' | 'log'>,
  model: string,
  files: readonly ManifestFile[],
  settings: ModelSettings,
): Promise<InspectedVersion> {
  const { pathOf } = plane.files;
  const signature = await inspectModel(files, pathOf, plane.config.uploads.bytesMax);
  const file = configurationFileNames
    .map((name) => files.find(({ path }) => path === name))
    .find((found) => found !== undefined);
  const findings = new Findings();
  const name = settings.configuration === undefined ? (file?.path ?? null) : 'the configuration';
  if (name === null) return { signature, settings };
  const found =
    settings.configuration === undefined && file !== undefined
      ? await readStored(file, pathOf(file.sha256), model, findings)
      : { configuration: settings.configuration, mergedRowsMax: null };
  const { configuration } = found;
  if (configuration === undefined) return { signature, settings };
  const paths = new Set(files.map(({ path }) => path));
  checkAgainstModel(configuration, signature, { paths, modelFile: modelFileOf(files)?.path ?? '' }, findings);
  findings.assertNone(name);
  if (configuration.ignored.length > 0) {
    plane.log.warn({ model, file: name, fields: configuration.ignored }, 'fields of a configuration are not honoured');
  }
  const merged = found.mergedRowsMax === null ? {} : { maxBatchSize: found.mergedRowsMax };
  return { signature, settings: { ...merged, ...settings, configuration: stored(configuration, name) } };
}

async function readStored(
  file: ManifestFile,
  path: string,
  model: string,
  findings: Findings,
): Promise<FoundConfiguration> {
  if (file.size > configurationBytesMax) {
    throw new ClusterError('MODEL_INVALID', `${file.path} has more than ${configurationBytesMax} bytes`);
  }
  try {
    const found = readConfigurationFile(file.path, await readFile(path), model, findings);
    findings.assertNone(file.path);
    return found;
  } catch (thrown) {
    if (!(thrown instanceof ClusterError) || thrown.errors !== undefined) throw thrown;
    const { fix } = thrown;
    const extras = fix === undefined ? { cause: thrown } : { cause: thrown, fix };
    throw new ClusterError(thrown.code, `${file.path}: ${thrown.message}`, extras);
  }
}

/** What passes a limit of the stored form (names, lists) is the file's fault. */
function stored(configuration: FoundConfiguration['configuration'], file: string): ModelSettings['configuration'] {
  const result = modelConfigurationSchema.safeParse(configuration);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new ClusterError(
    'MODEL_INVALID',
    `${file}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'it is too large'}`,
  );
}
