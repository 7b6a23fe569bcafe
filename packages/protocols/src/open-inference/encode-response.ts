import type { InferenceResponse } from '@cluster-ai/core/inference/request.ts';
import { RememberedPairs } from '@cluster-ai/core/names/remembered-pairs.ts';
import { RememberedTexts } from '@cluster-ai/core/names/remembered-texts.ts';
import type { Tensor } from '@cluster-ai/core/tensors/tensor.ts';
import type { JsonNumbers } from '../json/json-numbers.ts';
import { tensorToJson } from '../json/tensor-json.ts';
import { isWritable, writeNumbers } from '../json/write-numbers.ts';
import type { ResponseForm } from './decode-request.ts';
import { RememberedShapes } from './remembered-shapes.ts';

export interface EncodedResponse {
  readonly contentType: string;
  /** Bytes of the JSON part when binary tensors follow it; null when all is JSON. */
  readonly headerLength: number | null;
  readonly body: Uint8Array | string;
  /** Length of the body where it is known without counting. */
  readonly bodyBytes?: number | undefined;
}

interface SelectedOutput {
  readonly tensor: Tensor;
  readonly binary: boolean;
}

/** From so many bytes of tensor on, text goes from the module into the body without ever being a string. */
const largeBytes = 16_384;

/**
 * Writes an infer response in the form that the request asked for.
 * @throws ClusterError INVALID_ARGUMENT when an output cannot be sent as JSON.
 */
export function encodeResponse(
  response: InferenceResponse,
  form: ResponseForm,
  numbers: JsonNumbers = 'wasm',
): EncodedResponse {
  if (wantsText(form) && response.outputs.every(isSmall)) {
    const body = textOf(response, numbers);
    return { contentType: jsonType, headerLength: null, body, bodyBytes: isAscii(response) ? body.length : undefined };
  }
  const outputs = selectOutputs(response.outputs, form);
  const blobs: Uint8Array[] = [];
  let isLarge = false;
  for (const { tensor, binary } of outputs) {
    if (!binary) isLarge ||= tensor.data.byteLength >= largeBytes;
    // A tensor without bytes is announced with size 0 and adds nothing to the body.
    else if (tensor.data.byteLength > 0) blobs.push(tensor.data);
  }
  if (isLarge && numbers === 'wasm') return encoded(blobs, concatenate(documentPieces(response, outputs)));
  const texts = outputs.map(({ tensor, binary }) => (binary ? binaryOutput(tensor) : jsonOutput(tensor, numbers)));
  return encoded(blobs, document(response, texts));
}

const jsonType = 'application/json';

/** Whether each character of its text is one byte: that of numbers and of most names. */
function isAscii({ id, modelName, modelVersion, outputs }: InferenceResponse): boolean {
  if (!plainNames.of(modelName) || !plainNames.of(modelVersion) || (id !== null && !isPlainText(id))) return false;
  for (const { name, datatype } of outputs) if (datatype === 'BYTES' || !plainNames.of(name)) return false;
  return true;
}

const plainNames = new RememberedTexts(isPlainText);

/** What nearly every client of JSON wants: all outputs, as text. */
function wantsText({ outputs, binaryByDefault }: ResponseForm): boolean {
  return outputs.length === 0 && !binaryByDefault;
}

function isSmall({ data }: Tensor): boolean {
  return data.byteLength < largeBytes;
}

/** Puts the text together of as few pieces as it has: what they cost is the time to write them into one. */
function textOf(response: InferenceResponse, numbers: JsonNumbers): string {
  const { outputs } = response;
  if (outputs.length === 0) return opening(response) + closing;
  let text = opening(response);
  for (let index = 0; index < outputs.length; index += 1) {
    const tensor = outputs[index];
    if (tensor === undefined) continue;
    text += outputBegins.of(tensor);
    text += tensorToJson(tensor, numbers);
    text += index === outputs.length - 1 ? lastOutputEnd : outputEnd;
  }
  return text;
}

function encoded(blobs: readonly Uint8Array[], json: Uint8Array | string): EncodedResponse {
  if (blobs.length === 0) return { contentType: jsonType, headerLength: null, body: json };
  const headerLength = Buffer.byteLength(json);
  return { contentType: 'application/octet-stream', headerLength, body: concatenate([json, ...blobs]) };
}

/**
 * Writes an infer response as one text, whatever the request asked for in binary.
 * @throws ClusterError INVALID_ARGUMENT when an output cannot be sent as JSON.
 */
export function encodeJsonResponse(
  response: InferenceResponse,
  form: ResponseForm,
  numbers: JsonNumbers = 'wasm',
): string {
  const outputs = selectOutputs(response.outputs, form);
  return document(
    response,
    outputs.map(({ tensor }) => jsonOutput(tensor, numbers)),
  );
}

function document(response: InferenceResponse, outputs: readonly string[]): string {
  return `${opening(response)}${outputs.join(',')}${closing}`;
}

function opening({ id, modelName, modelVersion }: InferenceResponse): string {
  const { alone, afterPlainId } = modelTexts.of(modelName, modelVersion);
  if (id === null) return alone;
  return isPlainText(id) ? `{"id":"${id}${afterPlainId}` : `{"id":${JSON.stringify(id)},${alone.slice(1)}`;
}

/** Whether JSON writes a text as it is: printable ASCII but for quotes and backslashes. */
function isPlainText(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code < 0x20 || code > 0x7e || code === 0x22 || code === 0x5c) return false;
  }
  return true;
}

const modelTexts = new RememberedPairs((name: string, version: string) => {
  const text = `"model_name":${JSON.stringify(name)},"model_version":${JSON.stringify(version)},"outputs":[`;
  return { alone: `{${text}`, afterPlainId: `",${text}` };
});

const closing = ']}';
const outputEnd = ']},';
const lastOutputEnd = `]}${closing}`;

/** The same document, with long arrays of numbers as bytes. */
function documentPieces(response: InferenceResponse, outputs: readonly SelectedOutput[]): (Uint8Array | string)[] {
  const pieces: (Uint8Array | string)[] = [opening(response)];
  for (const [index, { tensor, binary }] of outputs.entries()) {
    if (index > 0) pieces.push(',');
    if (!binary && isWritable(tensor)) {
      pieces.push(outputBegins.of(tensor));
      writeNumbers(tensor, (piece) => pieces.push(Buffer.from(piece)));
      pieces.push(']}');
    } else {
      pieces.push(binary ? binaryOutput(tensor) : jsonOutput(tensor, 'wasm'));
    }
  }
  pieces.push(closing);
  return pieces;
}

function binaryOutput(tensor: Tensor): string {
  return `${head(tensor)},"parameters":{"binary_data_size":${tensor.data.byteLength}}}`;
}

function jsonOutput(tensor: Tensor, numbers: JsonNumbers): string {
  return `${outputBegins.of(tensor)}${tensorToJson(tensor, numbers)}]}`;
}

function selectOutputs(tensors: readonly Tensor[], form: ResponseForm): SelectedOutput[] {
  if (form.outputs.length === 0) return tensors.map((tensor) => ({ tensor, binary: form.binaryByDefault }));
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  return form.outputs.flatMap(({ name, binary }) => {
    const tensor = byName.get(name);
    return tensor === undefined ? [] : [{ tensor, binary }];
  });
}

/** An output up to its numbers. */
const outputBegins = new RememberedShapes((tensor) => `${head(tensor)},"data":[`);

function head({ name, datatype, shape }: Pick<Tensor, 'name' | 'datatype' | 'shape'>): string {
  return `${tensorTexts.of(name, datatype)}${shapeText(shape)}]`;
}

const tensorTexts = new RememberedPairs(
  (name: string, datatype: string) => `{"name":${JSON.stringify(name)},"datatype":"${datatype}","shape":[`,
);

function shapeText(shape: readonly number[]): string {
  switch (shape.length) {
    case 1:
      return String(shape[0]);
    case 2:
      return `${shape[0]},${shape[1]}`;
    default:
      return shape.join(',');
  }
}

/** Small bodies come from Buffer's pool: a memory of its own for each would cost more than everything else here. */
function concatenate(pieces: readonly (Uint8Array | string)[]): Uint8Array {
  const bytes = pieces.reduce((sum, piece) => sum + Buffer.byteLength(piece), 0);
  const whole = Buffer.allocUnsafe(bytes);
  let offset = 0;
  for (const piece of pieces) {
    if (typeof piece === 'string') offset += whole.write(piece, offset);
    else {
      whole.set(piece, offset);
      offset += piece.byteLength;
    }
  }
  return whole;
}
