import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { ModelConfiguration } from '@cluster-ai/core/model-configuration/model-configuration.ts';
import { parseExactJson } from '../json/exact-json.ts';
import { parseTextFormat } from '../text-format/parse-text-format.ts';
import type { Findings } from './findings.ts';
import { messageFromJson } from './from-json.ts';
import { messageFromText } from './from-text.ts';
import { modelConfigShape } from './model-config-shape.ts';
import { readConfiguration } from './read-configuration.ts';

/** Triton's file in a model's folder. */
export const tritonFileName = 'config.pbtxt';

/** Bytes of a configuration file at most. */
export const configurationBytesMax = 2 ** 20;

/**
 * Reads a `config.pbtxt`.
 * @param modelName under which the model is served; null when that is not known.
 * @param findings where everything that is wrong is put on record; the configuration counts only when nothing is.
 * @throws ClusterError MODEL_INVALID for a text that cannot be read at all.
 */
export function readConfigText(text: string, modelName: string | null, findings: Findings): ModelConfiguration {
  return readConfiguration(messageFromText(parseTextFormat(text), modelConfigShape, findings), modelName, findings);
}

/** The same for its JSON form, which clients send to load a model with. */
export function readConfigJson(text: string, modelName: string | null, findings: Findings): ModelConfiguration {
  return readConfiguration(messageFromJson(parseJson(text), modelConfigShape, findings), modelName, findings);
}

function parseJson(text: string): ReturnType<typeof parseExactJson> {
  if (text.length > configurationBytesMax) {
    throw new ClusterError('MODEL_INVALID', `the configuration is larger than ${configurationBytesMax} bytes`);
  }
  try {
    return parseExactJson(text);
  } catch (thrown) {
    if (!(thrown instanceof ClusterError)) throw thrown;
    throw new ClusterError('MODEL_INVALID', `it is no JSON: ${thrown.message}`, { cause: thrown });
  }
}
