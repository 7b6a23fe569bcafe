import type { ParameterValue } from '@cluster-ai/core/inference/request.ts';
import { NeedsExactNumbers, type JsonSource } from '../json/json-tensor.ts';
import { invalid, wrongType } from './json-fields.ts';

/** Longest sequence id in words; Triton's limit. */
const sequenceIdLengthMax = 128;

/**
 * Checks the parameters of a request that have a meaning in the protocol; any other is the model's own.
 * @throws ClusterError INVALID_ARGUMENT in Triton's words; NeedsExactNumbers for integers that may have lost digits.
 */
export function assertRequestParameters(
  parameters: Readonly<Record<string, ParameterValue>>,
  { exact }: Pick<JsonSource, 'exact'>,
): void {
  if (!exact && Object.values(parameters).some(isUnsafeInteger)) throw new NeedsExactNumbers();
  assertSequenceId(parameters['sequence_id']);
  assertBoolean(parameters, 'sequence_start');
  assertBoolean(parameters, 'sequence_end');
  assertUnsigned(parameters, 'priority');
}

/** A sequence id of 64 bits, say, of which `JSON.parse` has lost digits. */
function isUnsafeInteger(value: ParameterValue): boolean {
  return typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value);
}

function assertSequenceId(id: ParameterValue | undefined): void {
  if (id === undefined) return;
  if (typeof id === 'string') {
    if (id.length <= sequenceIdLengthMax) return;
    throw invalid(
      `Unable to parse 'sequence_id': a text has at most ${sequenceIdLengthMax} characters, this one ${id.length}`,
    );
  }
  if (!isUnsigned(id)) throw wrongType("'sequence_id'", 'string');
}

function assertBoolean(parameters: Readonly<Record<string, ParameterValue>>, name: string): void {
  const value = parameters[name];
  if (value !== undefined && typeof value !== 'boolean') throw wrongType(`'${name}'`, 'boolean');
}

function assertUnsigned(parameters: Readonly<Record<string, ParameterValue>>, name: string): void {
  const value = parameters[name];
  if (value !== undefined && !isUnsigned(value)) throw wrongType(`'${name}'`, 'unsigned-integer');
}

/** 64 bits, as in Triton. */
function isUnsigned(value: ParameterValue): boolean {
  if (typeof value === 'bigint') return value >= 0n && value < 2n ** 64n;
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
