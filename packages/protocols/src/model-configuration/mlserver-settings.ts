import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { ConfiguredInput, ModelConfiguration } from '@cluster-ai/core/model-configuration/model-configuration.ts';
import { nearestName } from '@cluster-ai/core/names/nearest-name.ts';
import { datatypes, isDatatype } from '@cluster-ai/core/tensors/datatype.ts';
import { parseExactJson, type ExactJson } from '../json/exact-json.ts';
import { checkObjective } from './check-objective.ts';
import type { Findings } from './findings.ts';

/** MLServer's file in a model's folder. */
export const mlserverFileName = 'model-settings.json';

type JsonObject = { readonly [key: string]: ExactJson };

/** Fields that are honoured, or say nothing that matters for an ONNX file. */
const understood: ReadonlySet<string> = new Set([
  'name',
  'inputs',
  'outputs',
  'parameters',
  'versions',
  'implementation',
]);

/** What the file says of merging goes into the version's settings: it limits batches, and not requests. */
export interface MlserverSettings {
  readonly configuration: ModelConfiguration;
  /** Rows of a merged batch at most; null where the file does not say. */
  readonly mergedRowsMax: number | null;
}

/**
 * Reads MLServer's `model-settings.json`. Its shapes are whole, with the batch dimension in them.
 * @throws ClusterError MODEL_INVALID for a text that is no JSON object.
 */
export function readMlserverSettings(text: string, modelName: string | null, findings: Findings): MlserverSettings {
  const json = parse(text);
  for (const key of Object.keys(json)) {
    if (!understood.has(key) && key !== 'max_batch_size') findings.ignore(key);
  }
  if (typeof json['implementation'] === 'string') findings.ignore('implementation');
  const { name } = json;
  if (modelName !== null && typeof name === 'string' && name !== modelName) findings.ignore('name');
  const parameters = asObject(json['parameters']);
  const extra = asObject(parameters['extra']);
  for (const key of Object.keys(parameters)) if (key !== 'uri' && key !== 'extra') findings.ignore(`parameters.${key}`);
  const size = json['max_batch_size'];
  const outputs = readTensors(json['outputs'], 'outputs', findings);
  const owned = Object.fromEntries(
    Object.entries(extra).map(([key, value]) => [key, typeof value === 'string' ? value : plainText(value)]),
  );
  checkObjective(owned, 'parameters.extra', findings);
  return {
    mergedRowsMax: typeof size === 'number' && Number.isSafeInteger(size) && size >= 0 ? Math.min(size, 65_536) : null,
    configuration: {
      maxBatchSize: null,
      inputs: readTensors(json['inputs'], 'inputs', findings),
      outputs: outputs.map(({ name, datatype, dims, reshape }) => ({ name, datatype, dims, reshape, labelFile: null })),
      modelFile: fileOf(parameters['uri']),
      versionPolicy: null,
      instanceCount: null,
      dynamicBatching: null,
      sequenceBatching: null,
      warmUps: [],
      parameters: owned,
      ignored: findings.ignored,
    },
  };
}

function parse(text: string): JsonObject {
  let json: ExactJson;
  try {
    json = parseExactJson(text);
  } catch (thrown) {
    if (!(thrown instanceof ClusterError)) throw thrown;
    throw new ClusterError('MODEL_INVALID', `it is no JSON: ${thrown.message}`, { cause: thrown });
  }
  if (isObject(json)) return json;
  throw new ClusterError('MODEL_INVALID', 'it is no JSON object');
}

function readTensors(json: ExactJson | undefined, field: string, findings: Findings): ConfiguredInput[] {
  if (json === undefined || json === null) return [];
  if (!Array.isArray(json)) {
    findings.refuse(field, `${field} is no list`, 'write [ { "name": …, "datatype": …, "shape": [ … ] } ]');
    return [];
  }
  return json.flatMap((entry, index) => {
    const place = `${field}[${index}]`;
    const { name, datatype, shape } = asObject(entry);
    if (typeof name !== 'string' || name === '') {
      findings.refuse(place, 'it has no name', 'write "name": "…" as in the model');
      return [];
    }
    if (!isDatatype(datatype)) {
      const given = typeof datatype === 'string' ? datatype : '';
      const message =
        given === ''
          ? `'${name}' has no datatype`
          : `the datatype ${JSON.stringify(given.slice(0, 60))} of '${name}' is none`;
      const fix = `write "datatype": "${nearestName(given, datatypes) ?? 'FP32'}", as in the model`;
      findings.refuse(`${place}.datatype`, message, fix);
      return [];
    }
    const dims = Array.isArray(shape) ? shape.filter((size) => typeof size === 'number') : [];
    if (!Array.isArray(shape) || dims.length !== shape.length || dims.length > 64 || !dims.every(isDimension)) {
      findings.refuse(`${place}.shape`, `'${name}' has no shape`, 'write "shape": [ -1, 4 ], with -1 for any size');
      return [];
    }
    return [{ name, datatype, dims, reshape: null, format: 'NONE' as const }];
  });
}

function isDimension(size: number): boolean {
  return Number.isSafeInteger(size) && (size === -1 || size > 0);
}

/** `./model.onnx` is the file beside it; an address is none of the version's files. */
function fileOf(uri: ExactJson | undefined): string | null {
  if (typeof uri !== 'string' || !uri.endsWith('.onnx')) return null;
  return uri.slice(uri.lastIndexOf('/') + 1);
}

function isObject(json: ExactJson | undefined): json is { [key: string]: ExactJson } {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

function asObject(json: ExactJson | undefined): JsonObject {
  return isObject(json) ? json : {};
}

function plainText(value: ExactJson): string {
  return JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? inner.toString() : inner));
}
