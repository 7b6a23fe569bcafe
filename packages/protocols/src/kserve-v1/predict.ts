import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { InferenceRequest } from '@cluster-ai/core/inference/request.ts';
import { rankMax } from '@cluster-ai/core/inference/request-limits.ts';
import type { ModelSignature, TensorSignature } from '@cluster-ai/core/inference/signature.ts';
import type { Tensor } from '@cluster-ai/core/tensors/tensor.ts';
import { isBase64Object } from '../json/base64.ts';
import type { ExactJson } from '../json/exact-json.ts';
import type { JsonNumbers } from '../json/json-numbers.ts';
import { tensorFromJson, type JsonSource } from '../json/json-tensor.ts';
import { stringTexts, tensorToJson } from '../json/tensor-json.ts';
import { readJson, usualJson } from '../open-inference/json-document.ts';
import { invalid, isObject, type JsonObject } from '../open-inference/json-fields.ts';

/**
 * Reads a request of KServe's first protocol: `instances`, or `inputs` as KServe has it too, is a list of rows, each a value
 * of the model's only input, or an object with a value for each input. The values' nesting is the shape. An element of a
 * BYTES input is a text, or `{"b64":"…"}`.
 * @throws ClusterError INVALID_ARGUMENT, BODY_TOO_LARGE; what `signature` throws.
 */
export function decodePredict(
  body: Uint8Array,
  modelName: string,
  signature: () => ModelSignature,
  { textBytesMax } = usualJson,
): InferenceRequest {
  const { inputs: declared } = signature();
  return readJson(body, { textBytesMax, numbers: 'plain' }, (document, source) => {
    const instances = rowsOf(document);
    const inputs = declared.map((input) => readColumn(input, columnOf(instances, input, declared.length), source));
    assertKnownNames(instances, declared);
    return { modelName, modelVersion: null, id: null, inputs, outputNames: [], parameters: {} };
  });
}

function rowsOf({ instances, inputs }: JsonObject): readonly ExactJson[] {
  if (instances !== undefined && inputs !== undefined) throw invalid('Expected "instances" or "inputs", got both');
  const rows = instances ?? inputs;
  if (Array.isArray(rows)) return rows;
  throw invalid(`Expected "${inputs === undefined ? 'instances' : 'inputs'}" to be a list`);
}

/** The values of one input, a row each. */
function columnOf(instances: readonly ExactJson[], { name }: TensorSignature, inputs: number): ExactJson[] {
  return instances.map((instance, row) => {
    if (!isRow(instance)) {
      if (inputs === 1) return instance;
      throw invalid(`instance ${row} is no object: the model has ${inputs} inputs, and each needs its name`);
    }
    const value = Object.hasOwn(instance, name) ? instance[name] : undefined;
    if (value === undefined) throw invalid(`instance ${row} has no value for input '${name}'`);
    return value;
  });
}

/** Nothing that was sent is passed over in silence. */
function assertKnownNames(instances: readonly ExactJson[], declared: readonly TensorSignature[]): void {
  const known = new Set(declared.map(({ name }) => name));
  for (const [row, instance] of instances.entries()) {
    if (!isRow(instance)) continue;
    const unknown = Object.keys(instance).find((name) => !known.has(name));
    if (unknown === undefined) continue;
    throw invalid(`instance ${row} has a value for '${unknown.slice(0, 200)}', which is no input`);
  }
}

/** Values by the inputs' names; an object with the one member `b64` is a value itself. */
function isRow(instance: ExactJson): instance is { [key: string]: ExactJson } {
  return isObject(instance) && !isBase64Object(instance);
}

function readColumn({ name, datatype, shape }: TensorSignature, values: ExactJson[], source: JsonSource): Tensor {
  const sent = shapeOf(values, name);
  // A list without elements does not show how deep it would go.
  while (sent.includes(0) && sent.length < shape.length) sent.push(Math.max(0, shape[sent.length] ?? 0));
  return tensorFromJson(name, datatype, sent, values, { ...source, takesBase64: true });
}

/** The lengths of the lists, which must be the same all over each level. */
function shapeOf(values: ExactJson[], name: string): number[] {
  const shape: number[] = [];
  let level: readonly ExactJson[] = [values];
  while (level.some((value) => Array.isArray(value))) {
    const length = listLength(level[0]);
    if (length === null || level.some((value) => listLength(value) !== length)) {
      throw invalid(`the lists of input '${name}' differ in length at dimension ${shape.length}`);
    }
    shape.push(length);
    if (shape.length > rankMax) throw invalid(`input '${name}' has more than ${rankMax} dimensions`);
    level = level.flatMap((value) => (Array.isArray(value) ? value : []));
  }
  return shape;
}

function listLength(value: ExactJson | undefined): number | null {
  return Array.isArray(value) ? value.length : null;
}

/**
 * Writes an answer of KServe's first protocol: a row for each row that was sent, the value of the model's only output or an
 * object with the value of each.
 * @throws ClusterError INVALID_ARGUMENT when an output cannot be sent as JSON; MODEL_EXECUTION_FAILED when outputs differ in
 * their first dimension, so that there are no rows.
 */
export function encodePredict(outputs: readonly Tensor[], numbers: JsonNumbers = 'wasm'): string {
  const columns = outputs.map((output) => ({ name: JSON.stringify(output.name), rows: nestedRows(output, numbers) }));
  const [first] = columns;
  if (first === undefined) return '{"predictions":[]}';
  if (columns.length === 1) return `{"predictions":[${first.rows.join(',')}]}`;
  if (columns.some(({ rows }) => rows.length !== first.rows.length)) {
    throw new ClusterError(
      'MODEL_EXECUTION_FAILED',
      'the outputs differ in their first dimension and have no rows in common: call /v2/models/…/infer',
    );
  }
  const rows = first.rows.map((_, row) => `{${columns.map(({ name, rows: own }) => `${name}:${own[row]}`).join(',')}}`);
  return `{"predictions":[${rows.join(',')}]}`;
}

/** The tensor as JSON texts, one for each place of its first dimension; a scalar is one row. */
function nestedRows(tensor: Tensor, numbers: JsonNumbers): string[] {
  let texts = elementTexts(tensor, numbers);
  for (const length of tensor.shape.slice(1).toReversed()) {
    const lists = length === 0 ? rowsWithoutElements(tensor) : texts.length / length;
    texts = Array.from(
      { length: lists },
      (_, index) => `[${texts.slice(index * length, (index + 1) * length).join(',')}]`,
    );
  }
  return texts;
}

/** A dimension of 0 leaves no text to count lists by. */
function rowsWithoutElements({ shape }: Tensor): number {
  return shape.slice(0, shape.indexOf(0, 1)).reduce((product, dimension) => product * dimension, 1);
}

function elementTexts(tensor: Tensor, numbers: JsonNumbers): string[] {
  if (tensor.data.byteLength === 0) return [];
  // A text may hold commas.
  return tensor.datatype === 'BYTES' ? stringTexts(tensor) : tensorToJson(tensor, numbers).split(',');
}

/** What KServe answers to the question whether a model is ready. */
export function modelStatus(name: string, ready: boolean): string {
  return JSON.stringify({ name, ready });
}
