import type { ClusterError } from '@cluster-ai/core/errors.ts';
import { filePrefix, loadParametersOf, type LoadParameters } from '../open-inference/load-parameters.ts';
import { invalid } from '../open-inference/json-fields.ts';
import { isMessage, type ProtoObject, type ProtoValue } from './proto-messages.ts';

/**
 * Reads the parameters of a RepositoryModelLoadRequest: `config` as text, and files by their paths as bytes.
 * @returns null for a load that brings nothing along. Files share the memory of the message.
 * @throws ClusterError INVALID_ARGUMENT.
 */
export function readLoadParameters({ parameters }: ProtoObject): LoadParameters | null {
  const files = new Map<string, Uint8Array>();
  let config: string | null = null;
  for (const [name, { string_param: text, bytes_param: bytes }] of entriesOf(parameters)) {
    const shown = name.slice(0, 200);
    if (name === 'config') {
      if (typeof text !== 'string') throw wrongChoice(shown, 'string_param');
      config = text;
    } else if (name.startsWith(filePrefix)) {
      if (!(bytes instanceof Uint8Array)) throw wrongChoice(shown, 'bytes_param');
      files.set(name.slice(filePrefix.length), bytes);
    } else throw invalid(`Unrecognized load parameter '${shown}'`);
  }
  return loadParametersOf(config, files);
}

/**
 * Looks at the one parameter of an unload that is known: no model depends on another here, so it changes nothing.
 * @throws ClusterError INVALID_ARGUMENT.
 */
export function assertUnloadParameters({ parameters }: ProtoObject): void {
  const dependents = entriesOf(parameters).find(([name]) => name === 'unload_dependents')?.[1];
  if (dependents === undefined || typeof dependents['bool_param'] === 'boolean') return;
  throw invalid("invalid value type for 'unload_dependents' parameter, expected bool_param.");
}

function wrongChoice(name: string, expected: 'string_param' | 'bytes_param'): ClusterError {
  return invalid(`invalid value type for load parameter '${name}', expected ${expected}.`);
}

function entriesOf(parameters: ProtoValue | undefined): [name: string, parameter: ProtoObject][] {
  return Object.entries(isMessage(parameters) ? parameters : {}).map(([name, value]) => [
    name,
    isMessage(value) ? value : {},
  ]);
}
