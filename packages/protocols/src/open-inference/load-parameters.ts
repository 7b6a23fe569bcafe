import { decodeBase64 } from '../json/base64.ts';
import { invalid, isObject, wrongType, type JsonObject } from './json-fields.ts';

/** Begins the parameters that carry a file: `file:1/model.onnx`. */
export const filePrefix = 'file:';

/** What a load brings along. */
export interface LoadParameters {
  /** Triton's configuration in its JSON form. */
  readonly config: string;
  /** By path under the model's folder: `1/model.onnx`, `labels.txt`. None leaves the present files. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/**
 * Reads the parameters of a load: `config`, and files by their paths, in base64.
 * @returns null for a load that brings nothing along.
 * @throws ClusterError INVALID_ARGUMENT.
 */
export function readLoadParameters(document: JsonObject): LoadParameters | null {
  const { parameters = {} } = document;
  if (!isObject(parameters)) throw wrongType("'parameters'", 'object');
  const files = new Map<string, Uint8Array>();
  let config: string | null = null;
  for (const [name, value] of Object.entries(parameters)) {
    const shown = name.slice(0, 200);
    if (typeof value !== 'string') throw wrongType(`'${shown}'`, 'string');
    if (name === 'config') config = value;
    else if (name.startsWith(filePrefix)) files.set(name.slice(filePrefix.length), bytesOf(shown, value));
    else throw invalid(`Unrecognized load parameter '${shown}'`);
  }
  return loadParametersOf(config, files);
}

/**
 * What a load brings along, whatever its parameters were written in.
 * @throws ClusterError INVALID_ARGUMENT for files without the configuration that they need.
 */
export function loadParametersOf(config: string | null, files: ReadonlyMap<string, Uint8Array>): LoadParameters | null {
  if (config !== null) return { config, files };
  if (files.size === 0) return null;
  throw invalid("a load with files needs the parameter 'config' as well");
}

function bytesOf(name: string, text: string): Uint8Array {
  const bytes = decodeBase64(text);
  if (bytes === null) throw invalid(`Unable to parse '${name}': it is not base64`);
  return bytes;
}
