import { ClusterError } from '@cluster-ai/core/errors.ts';
import { assertTensorName } from '@cluster-ai/core/names/tensor-name.ts';
import type { ExactJson } from '../json/exact-json.ts';
import { isObject, wrongType } from './json-fields.ts';
import { parseParameters } from './parameters.ts';

export interface RequestedOutput {
  readonly name: string;
  readonly binary: boolean;
}

/**
 * Reads the `outputs` of a request. A name that is given twice counts once, as it came first: the answer holds each
 * output once, so that a small request cannot ask for one large output a million times.
 * @param binaryByDefault for outputs that do not say whether they want to be binary.
 * @returns an empty list when the client named none and so wants all.
 * @throws ClusterError INVALID_ARGUMENT; UNSUPPORTED for the classification extension.
 */
export function readOutputs(outputs: ExactJson | undefined, binaryByDefault: boolean): RequestedOutput[] {
  if (outputs === undefined) return [];
  if (!Array.isArray(outputs)) throw wrongType("'outputs'", 'array');
  const byName = new Map<string, RequestedOutput>();
  for (const item of outputs) {
    const output = readOutput(item, binaryByDefault);
    if (!byName.has(output.name)) byName.set(output.name, output);
  }
  return [...byName.values()];
}

function readOutput(output: ExactJson, binaryByDefault: boolean): RequestedOutput {
  if (!isObject(output)) throw wrongType("'outputs'", 'object');
  const name = output['name'];
  if (typeof name !== 'string') throw wrongType("'name'", 'string');
  assertTensorName(name);
  const parameters = parseParameters(output['parameters']);
  if (parameters['classification'] !== undefined) {
    throw new ClusterError('UNSUPPORTED', `the classification extension is not supported (output '${name}')`);
  }
  const binary = parameters['binary_data'] ?? binaryByDefault;
  if (typeof binary !== 'boolean') throw wrongType("'binary_data'", 'boolean');
  return { name, binary };
}
