import type { InferenceRequest, InferenceResponse } from '@cluster-ai/core/inference/request.ts';
import type { ModelSignature, TensorSignature } from '@cluster-ai/core/inference/signature.ts';
import { elementCount, type Tensor } from '@cluster-ai/core/tensors/tensor.ts';
import type { ExactJson } from '../json/exact-json.ts';
import type { JsonNumbers } from '../json/json-numbers.ts';
import { tensorFromJson, type JsonSource } from '../json/json-tensor.ts';
import { tensorToJson } from '../json/tensor-json.ts';
import { readId, readRequest, type RequestTarget, type ResponseForm } from './decode-request.ts';
import { encodeJsonResponse } from './encode-response.ts';
import { readJson, usualJson } from './json-document.ts';
import { invalid, isObject, type JsonObject } from './json-fields.ts';
import { parseParameters } from './parameters.ts';
import { assertRequestParameters } from './request-parameters.ts';

/** The member whose own members are read as if they stood beside it. */
const nested = 'parameters';

export interface DecodedGenerate {
  readonly request: InferenceRequest;
  /** How an ordinary infer request wants its outputs; null for the form of the generate extension. */
  readonly form: ResponseForm | null;
}

const emptyObject = new TextEncoder().encode('{}');
const noBlobs = new Uint8Array(0);

/**
 * Reads a request of the generate extension: each member that is named like an input is this input, a value or a list of
 * values; any other is a parameter. A body with a list `inputs` is an ordinary infer request, as MLServer takes it here, and
 * is answered like one.
 * @throws ClusterError INVALID_ARGUMENT in Triton's words where it has some; BODY_TOO_LARGE; what `signature` throws.
 */
export function decodeGenerate(body: Uint8Array, target: RequestTarget, json = usualJson): DecodedGenerate {
  const { modelName, modelVersion } = target;
  const signature = target.signature();
  const text = body.byteLength === 0 ? emptyObject : body;
  return readJson(text, json, (document, source) => {
    const isOrdinary = Array.isArray(document['inputs']) && !isInput(signature, 'inputs');
    if (isOrdinary) return readRequest(document, noBlobs, target, source);
    const { inputs, parameters } = readMembers(document, signature, source);
    assertRequestParameters(parameters, source);
    const request = { modelName, modelVersion, id: readId(document['id']), inputs, outputNames: [], parameters };
    return { request, form: null };
  });
}

function readMembers(document: JsonObject, signature: ModelSignature, source: JsonSource) {
  if (document[nested] !== undefined) {
    if (isInput(signature, nested)) {
      throw invalid(`Keyword '${nested}' for nested schema also given as input tensor name`);
    }
    if (!isObject(document[nested])) throw invalid(`Expected JSON object for keyword: '${nested}'`);
  }
  const { [nested]: more, id: _id, ...members } = document;
  const all: JsonObject = { ...members, ...(isObject(more) ? more : {}) };
  const others = Object.entries(all).filter(([name]) => !isInput(signature, name));
  const inputs = signature.inputs.flatMap((input) => {
    const value = Object.hasOwn(all, input.name) ? all[input.name] : undefined;
    return value === undefined ? [] : [readInput(input, value, source)];
  });
  return { inputs, parameters: parseParameters(Object.fromEntries(others)) };
}

function isInput({ inputs }: ModelSignature, name: string): boolean {
  return inputs.some((input) => input.name === name);
}

function readInput({ name, datatype, shape }: TensorSignature, value: ExactJson, source: JsonSource): Tensor {
  const values = Array.isArray(value) ? value : [value];
  return tensorFromJson(name, datatype, fill(name, shape, values.length), values, source);
}

/** A request says how many elements there are, not their shape: the innermost free dimension takes what the others leave. */
function fill(name: string, shape: readonly number[], count: number): number[] {
  const fixed = shape.reduce((product, dimension) => (dimension === -1 ? product : product * dimension), 1);
  const innermost = shape.lastIndexOf(-1);
  const rest = fixed === 0 ? 0 : count / fixed;
  const fits = Number.isInteger(rest) && (innermost === -1 ? rest === 1 : true);
  if (!fits) throw invalid(`The schema can not convert input '${name}' to tensor with proper shape`);
  return shape.map((dimension, axis) => (axis === innermost ? rest : dimension === -1 ? 1 : dimension));
}

/**
 * Writes an answer of the generate extension: each output beside the model's name, a single value without brackets.
 * @throws ClusterError INVALID_ARGUMENT when an output cannot be sent as JSON.
 */
export function encodeGenerate(
  { id, modelName, modelVersion, outputs }: InferenceResponse,
  numbers: JsonNumbers = 'wasm',
): string {
  const members = [
    ...(id === null ? [] : [['id', JSON.stringify(id)]]),
    ['model_name', JSON.stringify(modelName)],
    ['model_version', JSON.stringify(modelVersion)],
    ...outputs.map((output) => [output.name, generated(output, numbers)]),
  ];
  return `{${members.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')}}`;
}

function generated(output: Tensor, numbers: JsonNumbers): string {
  const text = tensorToJson(output, numbers);
  return elementCount(output.shape, output.name) === 1 ? text : `[${text}]`;
}

/**
 * One event of a stream, which is a text: outputs that were asked for in binary are JSON, too.
 * @param form of an ordinary infer request; null for the form of the generate extension.
 * @throws ClusterError INVALID_ARGUMENT when an output cannot be sent as JSON.
 */
export function generateEvent(
  response: InferenceResponse,
  form: ResponseForm | null,
  numbers: JsonNumbers = 'wasm',
): string {
  const data = form === null ? encodeGenerate(response, numbers) : encodeJsonResponse(response, form, numbers);
  return `data: ${data}\n\n`;
}
