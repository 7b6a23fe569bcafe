import type { ParameterValue } from '@cluster-ai/core/inference/request.ts';
import { parametersMax } from '@cluster-ai/core/inference/request-limits.ts';
import type { ExactJson } from '../json/exact-json.ts';
import { invalid, isObject, wrongType } from './json-fields.ts';

type Parameters = Readonly<Record<string, ParameterValue>>;

const none: Parameters = Object.freeze({});

/**
 * Reads a `parameters` object: strings, numbers and booleans by name. Names that begin with `triton_` belong to the
 * server, so a request may not set them.
 * @throws ClusterError INVALID_ARGUMENT
 */
export function parseParameters(parameters: ExactJson | undefined): Parameters {
  if (parameters === undefined) return none;
  if (!isObject(parameters)) throw wrongType("'parameters'", 'object');
  const names = Object.keys(parameters);
  if (names.length > parametersMax) {
    throw invalid(`'parameters' has ${names.length} entries; at most ${parametersMax} are accepted`);
  }
  for (const name of names) assertParameter(name, parameters[name]);
  return parameters as Parameters; // Each value was checked above.
}

function assertParameter(name: string, value: ExactJson | undefined): void {
  const shown = name.slice(0, 64);
  if (name.startsWith('triton_')) {
    throw invalid(`parameter keys starting with 'triton_' are reserved for the server: '${shown}'`);
  }
  const isAccepted =
    typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint';
  if (!isAccepted) {
    throw invalid(`parameter '${shown}' has invalid type. It should be either 'int', 'bool', or 'string'.`);
  }
}
