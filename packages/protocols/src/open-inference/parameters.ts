import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { ParameterValue } from '@cluster-ai/core/inference/request.ts';
import type { ExactJson } from '../json/exact-json.ts';

/** Parameters of one request, input or output at most. */
export const parametersMax = 256;

/**
 * Reads a `parameters` object: strings, numbers and booleans by name. Names that begin with `triton_` belong to the
 * server, so a request may not set them.
 * @throws ClusterError INVALID_ARGUMENT
 */
export function parseParameters(parameters: ExactJson | undefined): Readonly<Record<string, ParameterValue>> {
  if (parameters === undefined) return {};
  if (typeof parameters !== 'object' || parameters === null || Array.isArray(parameters)) {
    throw new ClusterError('INVALID_ARGUMENT', "Unable to parse 'parameters': attempt to access JSON non-object as object");
  }
  const entries = Object.entries(parameters);
  if (entries.length > parametersMax) throw new ClusterError('INVALID_ARGUMENT', `'parameters' has ${entries.length} entries; at most ${parametersMax} are accepted`);
  const found: Record<string, ParameterValue> = {};
  for (const [name, value] of entries) {
    if (name.startsWith('triton_')) {
      throw new ClusterError('INVALID_ARGUMENT', `parameter keys starting with 'triton_' are reserved for the server: '${name.slice(0, 64)}'`);
    }
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean' && typeof value !== 'bigint') {
      throw new ClusterError('INVALID_ARGUMENT', `parameter '${name.slice(0, 64)}' has invalid type. It should be either 'int', 'bool', or 'string'.`);
    }
    found[name] = value;
  }
  return found;
}
