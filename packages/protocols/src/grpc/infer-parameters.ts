import { ClusterError } from '@cluster-ai/core/errors.ts';
import { parametersMax } from '@cluster-ai/core/inference/request-limits.ts';
import type { ParameterValue } from '@cluster-ai/core/inference/request.ts';
import { wireTypes, type WireReader } from './wire-reader.ts';

export type Parameters = Readonly<Record<string, ParameterValue>>;

/** Fields of a map's entry. */
const key = 1;
const value = 2;

/**
 * Reads entries of `map<string, InferParameter>` one by one. Names that begin with `triton_` belong to the server, so a
 * request may not set them, but for the one that clients may.
 */
export class InferParameters {
  private readonly entries = new Map<string, ParameterValue>();

  /** @throws ClusterError INVALID_ARGUMENT */
  read(entry: WireReader): void {
    let name = '';
    let found: ParameterValue | undefined;
    for (let field = entry.nextField(); field !== 0; field = entry.nextField()) {
      if (field === key) name = entry.text('the name of a parameter');
      else if (field === value) found = readValue(entry.message('a parameter')) ?? found;
      else entry.skip();
    }
    assertName(name);
    if (found === undefined) {
      throw new ClusterError(
        'INVALID_ARGUMENT',
        `invalid value type for '${name.slice(0, 64)}' parameter, expected int64_param, bool_param, or string_param.`,
      );
    }
    this.entries.set(name, found);
    if (this.entries.size > parametersMax) {
      throw new ClusterError('INVALID_ARGUMENT', `'parameters' has more than ${parametersMax} entries`);
    }
  }

  get all(): Parameters {
    return this.entries.size === 0 ? none : Object.fromEntries(this.entries);
  }
}

const none: Parameters = Object.freeze({});

/** Fields of InferParameter, each one of the choices. The last one that is there counts. */
const choices = { bool: 1, int64: 2, string: 3, double: 4, uint64: 5 } as const;

function readValue(parameter: WireReader): ParameterValue | undefined {
  let found: ParameterValue | undefined;
  for (let field = parameter.nextField(); field !== 0; field = parameter.nextField()) {
    found = readChoice(parameter, field) ?? found;
  }
  return found;
}

function readChoice(parameter: WireReader, field: number): ParameterValue | undefined {
  switch (field) {
    case choices.bool:
      parameter.expect(wireTypes.varint, 'bool_param');
      return parameter.bool();
    case choices.int64:
      parameter.expect(wireTypes.varint, 'int64_param');
      return exactNumber(parameter.int64());
    case choices.string:
      return parameter.text('string_param');
    case choices.double:
      parameter.expect(wireTypes.fixed64, 'double_param');
      return parameter.double();
    case choices.uint64:
      parameter.expect(wireTypes.varint, 'uint64_param');
      return exactNumber(parameter.uint64());
    default:
      parameter.skip();
      return undefined;
  }
}

function exactNumber(integer: bigint): number | bigint {
  const number = Number(integer);
  return Number.isSafeInteger(number) ? number : integer;
}

function assertName(name: string): void {
  if (!name.startsWith('triton_') || name === 'triton_enable_empty_final_response') return;
  throw new ClusterError(
    'INVALID_ARGUMENT',
    `parameter keys starting with 'triton_' are reserved for the server: '${name.slice(0, 64)}'`,
  );
}
