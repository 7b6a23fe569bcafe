import type { modelSignatureSchema } from '@cluster-ai/contract/manifest.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { z } from 'zod';

export type InputSignature = z.infer<typeof modelSignatureSchema>['inputs'][number];

export interface RequestTensor {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
  readonly data: readonly unknown[];
}

/**
 * Reads `--input` texts: `name=value` (JSON, or elements with commas between them), or one JSON value: an object with an
 * entry for each input, or the value of the only input.
 * @throws ClusterError INVALID_ARGUMENT.
 */
export function readInputs(texts: readonly string[], signature: readonly InputSignature[]): RequestTensor[] {
  const values = new Map<string, unknown>();
  for (const text of texts) for (const [name, value] of readInput(text, signature)) values.set(name, value);
  const names = signature.map(({ name }) => name);
  const unknown = [...values.keys()].filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    throw new ClusterError(
      'INVALID_ARGUMENT',
      `the model has no input ${unknown.join(', ')}; it has ${names.join(', ')}`,
    );
  }
  return signature.filter(({ name }) => values.has(name)).map((input) => toTensor(input, values.get(input.name)));
}

function readInput(text: string, signature: readonly InputSignature[]): [name: string, value: unknown][] {
  const named = signature.find(({ name }) => text.startsWith(`${name}=`));
  if (named !== undefined) return [[named.name, readValue(text.slice(named.name.length + 1), named.datatype)]];
  const [only] = signature;
  const value = parseJson(text);
  if (isRecord(value)) return Object.entries(value);
  const match = /^([^=[{"]+)=/.exec(text);
  if (match?.[1] !== undefined) return [[match[1], text]];
  if (signature.length === 1 && only !== undefined) return [[only.name, readValue(text, only.datatype)]];
  throw new ClusterError(
    'INVALID_ARGUMENT',
    `${text}: the model has ${signature.length} inputs; write <name>=<value> for each, or a JSON object`,
  );
}

function readValue(text: string, datatype: string): unknown {
  const value = parseJson(text);
  if (value !== undefined) return value;
  const elements = text.split(',').map((element) => element.trim());
  return datatype === 'BYTES' ? elements : elements.map((element) => elementOf(element, datatype));
}

function elementOf(text: string, datatype: string): unknown {
  const value = parseJson(text);
  if (typeof value === (datatype === 'BOOL' ? 'boolean' : 'number')) return value;
  throw new ClusterError('INVALID_ARGUMENT', `${text} is no ${datatype} element`);
}

/**
 * Flat data and a shape: that of the nesting where the value is nested, and otherwise the model's own when its free
 * dimensions can be chosen so that the elements fit.
 */
function toTensor(input: InputSignature, value: unknown): RequestTensor {
  const nested = Array.isArray(value) ? shapeOf(value) : [];
  const data: unknown[] = Array.isArray(value) ? value.flat(Number.POSITIVE_INFINITY) : [value];
  const fits = nested.length === input.shape.length;
  return { name: input.name, datatype: input.datatype, shape: fits ? nested : fitShape(input, data.length), data };
}

/** The outermost free dimension takes what is left; the others are 1. */
function fitShape({ name, shape }: InputSignature, count: number): number[] {
  const known = shape.reduce((product, size) => (size === -1 ? product : product * size), 1);
  const free = shape.indexOf(-1);
  const rest = known === 0 ? 0 : count / known;
  if (free === -1 ? count !== known : !Number.isInteger(rest)) {
    throw new ClusterError(
      'INVALID_ARGUMENT',
      `input ${name} has shape [${shape.join(',')}], which ${count} elements do not fill`,
    );
  }
  return shape.map((size, index) => (index === free ? rest : size === -1 ? 1 : size));
}

/** Lengths along the first elements; the server refuses ragged nesting by the number of elements. */
function shapeOf(value: readonly unknown[]): number[] {
  const [first] = value;
  return [value.length, ...(Array.isArray(first) ? shapeOf(first) : [])];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: read as plain text.
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
