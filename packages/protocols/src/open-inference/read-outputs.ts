import { assertTensorName } from '@cluster-ai/core/names/tensor-name.ts';
import type { ExactJson } from '../json/exact-json.ts';
import { isObject, wrongType } from './json-fields.ts';
import { refuseSharedMemory } from './shared-memory.ts';
import { parseParameters } from './parameters.ts';

export interface RequestedOutput {
  readonly name: string;
  readonly binary: boolean;
  /** How many of its highest classes are wanted; absent for its values. */
  readonly classes?: number;
}

/**
 * Reads the `outputs` of a request. A name that is given twice counts once, as it came first: the answer holds each
 * output once, so that a small request cannot ask for one large output a million times.
 * @param binaryByDefault for outputs that do not say whether they want to be binary.
 * @returns an empty list when the client named none and so wants all.
 * @throws ClusterError INVALID_ARGUMENT; NOT_FOUND for an output that is to go to shared memory.
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
  refuseSharedMemory(parameters);
  const binary = parameters['binary_data'] ?? binaryByDefault;
  if (typeof binary !== 'boolean') throw wrongType("'binary_data'", 'boolean');
  const classes = classCount(parameters['classification']);
  return classes === null ? { name, binary } : { name, binary, classes };
}

/**
 * How many of its highest classes an output is to have: its parameter `classification`. 0 asks for the values, as in Triton.
 * @returns null for its values. @throws ClusterError INVALID_ARGUMENT
 */
export function classCount(count: ExactJson | undefined): number | null {
  if (count === undefined || count === 0) return null;
  if (typeof count === 'number' && Number.isSafeInteger(count) && count > 0) return count;
  // More classes than any output has.
  if (typeof count === 'bigint' && count > 0n) return Number.MAX_SAFE_INTEGER;
  throw wrongType("'classification'", 'unsigned-integer');
}
