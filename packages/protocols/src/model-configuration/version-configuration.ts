import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { ModelSignature } from '@cluster-ai/core/inference/signature.ts';
import { checkFit } from '@cluster-ai/core/model-configuration/check-fit.ts';
import type { ModelConfiguration } from '@cluster-ai/core/model-configuration/model-configuration.ts';
import type { Findings } from './findings.ts';
import { mlserverFileName, readMlserverSettings } from './mlserver-settings.ts';
import { configurationBytesMax, readConfigJson, readConfigText, tritonFileName } from './read-files.ts';

/** Files that say how a model is to be served, the one that counts first. */
export const configurationFileNames: readonly string[] = [tritonFileName, mlserverFileName];

export interface FoundConfiguration {
  readonly configuration: ModelConfiguration;
  /** Rows of a merged batch at most, where a file says that apart from the rows of a request. */
  readonly mergedRowsMax: number | null;
}

/**
 * Reads a configuration file by its name: `config.pbtxt` or another text, MLServer's `model-settings.json`, or JSON of
 * Triton's form.
 * @throws ClusterError MODEL_INVALID for bytes that cannot be read at all.
 */
export function readConfigurationFile(
  fileName: string,
  bytes: Uint8Array,
  modelName: string | null,
  findings: Findings,
): FoundConfiguration {
  const text = decode(bytes);
  const name = fileName.slice(fileName.lastIndexOf('/') + 1);
  if (name === mlserverFileName) return readMlserverSettings(text, modelName, findings);
  const read = name.endsWith('.json') ? readConfigJson : readConfigText;
  return { configuration: read(text, modelName, findings), mergedRowsMax: null };
}

/** Puts on record in what a configuration does not fit its model and its files. */
export function checkAgainstModel(
  configuration: ModelConfiguration,
  signature: ModelSignature,
  files: { readonly paths: ReadonlySet<string>; readonly modelFile: string },
  findings: Findings,
): void {
  for (const { place, message, fix } of checkFit(configuration, signature, files.paths)) {
    findings.refuse(place, message, fix);
  }
  const { modelFile } = configuration;
  const opened = files.modelFile.slice(files.modelFile.lastIndexOf('/') + 1);
  if (modelFile === null || modelFile === opened) return;
  const message = `it names the file ${JSON.stringify(modelFile)}, and the version's model file is ${JSON.stringify(files.modelFile)}`;
  findings.refuse('default_model_filename', message, `name the file ${opened}, or take the field out`);
}

function decode(bytes: Uint8Array): string {
  if (bytes.byteLength > configurationBytesMax) {
    throw new ClusterError('MODEL_INVALID', `it has more than ${configurationBytesMax} bytes`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new ClusterError('MODEL_INVALID', 'it is not UTF-8', { cause, fix: 'save the file as UTF-8' });
  }
}
