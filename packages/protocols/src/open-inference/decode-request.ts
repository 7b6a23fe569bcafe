import type { InferenceRequest } from '@cluster-ai/core/inference/request.ts';
import { requestIdLengthMax } from '@cluster-ai/core/inference/request-limits.ts';
import type { ModelSignature } from '@cluster-ai/core/inference/signature.ts';
import { jsonTooLarge } from '../json/bounds.ts';
import type { ExactJson } from '../json/exact-json.ts';
import type { JsonSource } from '../json/json-tensor.ts';
import { readJson, usualJson, type JsonOptions } from './json-document.ts';
import { invalid, wrongType, type JsonObject } from './json-fields.ts';
import { parseParameters } from './parameters.ts';
import type { RequestPatterns } from './patterns/request-patterns.ts';
import { readInputs } from './read-inputs.ts';
import { decodeRawRequest } from './raw-request.ts';
import { readOutputs, type RequestedOutput } from './read-outputs.ts';
import { assertRequestParameters } from './request-parameters.ts';

/** How the client wants its outputs written; the encoder's half of the request. */
export interface ResponseForm {
  /** Outputs that were named one by one, with their own choice of binary or JSON; empty means all outputs. */
  readonly outputs: readonly RequestedOutput[];
  /** The choice for outputs that were not named. */
  readonly binaryByDefault: boolean;
}

export interface DecodedRequest {
  readonly request: InferenceRequest;
  readonly form: ResponseForm;
}

export interface DecodeOptions {
  readonly json?: JsonOptions;
  /** How requests of this path were written before; without it each is read by itself. */
  readonly patterns?: RequestPatterns;
  /** What the model takes, asked for only where the body does not say it. @throws ClusterError */
  readonly signature?: () => ModelSignature;
}

/** What a call says besides its body. */
export interface RequestTarget {
  readonly modelName: string;
  /** Null lets the route choose. */
  readonly modelVersion: string | null;
  readonly signature: () => ModelSignature;
}

/**
 * Reads an infer request: JSON, or JSON followed by binary tensors (binary tensor data extension).
 * Binary tensors share the body's memory.
 * @param headerLength value of Inference-Header-Content-Length, or null when the whole body is JSON.
 * @throws ClusterError INVALID_ARGUMENT in Triton's words where it has some; BODY_TOO_LARGE for too large a JSON text;
 * DIMENSION_NOT_UNSIGNED; NOT_FOUND for shared memory; what `signature` throws.
 */
export function decodeRequest(
  body: Uint8Array,
  headerLength: string | null,
  modelName: string,
  modelVersion: string | null,
  { json = usualJson, patterns, signature = unknownSignature }: DecodeOptions = {},
): DecodedRequest {
  const target = { modelName, modelVersion, signature };
  const textLength = headerLength === null ? body.byteLength : jsonLength(headerLength, body.byteLength);
  if (headerLength !== null && textLength === 0) return decodeRawRequest(body, target);
  const text = headerLength === null ? asBuffer(body) : asBuffer(body.subarray(0, textLength));
  const blobs = headerLength === null ? noBlobs : body.subarray(textLength);
  const remembered = json.numbers === 'plain' || textLength > json.textBytesMax ? undefined : patterns;
  const known = remembered?.read(text, blobs) ?? null;
  if (known !== null) return known;
  const decoded = readJson(text, json, (document, source) => readRequest(document, blobs, target, source));
  remembered?.learn(text, decoded);
  return decoded;
}

/**
 * What the lengths in the header of a call tell before its body is read. Those that are not numbers are judged later.
 * @param contentLength value of Content-Length, or null when the body comes in chunks.
 * @throws ClusterError BODY_TOO_LARGE when the JSON text will be too large.
 */
export function assertJsonLength(
  headerLength: string | null,
  contentLength: string | null,
  textBytesMax: number,
): void {
  const told = headerLength ?? contentLength ?? '';
  // Nearly all: no length of so few digits is above a limit of more.
  if (told.length < fewDigits && textBytesMax >= 10 ** fewDigits) return;
  if (/^\d{1,15}$/.test(told) && Number(told) > textBytesMax) throw jsonTooLarge(Number(told), textBytesMax);
}

const fewDigits = 6;

const noBlobs = new Uint8Array(0);

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function unknownSignature(): never {
  throw invalid('raw binary requests need a model whose input is known; send the JSON header before the tensors');
}

function jsonLength(headerLength: string, bodyLength: number): number {
  const length = /^-?\d{1,15}$/.test(headerLength) ? Number(headerLength) : Number.NaN;
  if (Number.isNaN(length)) {
    throw invalid(`Unable to parse Inference-Header-Content-Length, got: ${headerLength.slice(0, 40)}`);
  }
  if (length < 0 || length > bodyLength) {
    throw invalid(`inference header size should be in range (0, ${bodyLength}), got: ${length}`);
  }
  return length;
}

/** Reads the document of an infer request. @param blobs the binary tensors behind it. @throws ClusterError as `decodeRequest`. */
export function readRequest(
  document: JsonObject,
  blobs: Uint8Array,
  target: RequestTarget,
  source: JsonSource,
): DecodedRequest {
  const parameters = parseParameters(document['parameters']);
  assertRequestParameters(parameters, source);
  const binaryByDefault = parameters['binary_data_output'] ?? false;
  if (typeof binaryByDefault !== 'boolean') throw wrongType("'binary_data_output'", 'boolean');
  const inputs = readInputs(document['inputs'], blobs, target.modelName, source);
  const outputs = readOutputs(document['outputs'], binaryByDefault);
  return {
    request: {
      modelName: target.modelName,
      modelVersion: target.modelVersion,
      id: readId(document['id']),
      inputs,
      outputNames: outputs.map((output) => output.name),
      ...classificationsOf(outputs),
      parameters,
    },
    form: { outputs, binaryByDefault },
  };
}

function classificationsOf(outputs: readonly RequestedOutput[]): Pick<InferenceRequest, 'classifications'> {
  const wanted = outputs.flatMap(({ name, classes }) => (classes === undefined ? [] : [[name, classes] as const]));
  return wanted.length === 0 ? {} : { classifications: new Map(wanted) };
}

export function readId(id: ExactJson | undefined): string | null {
  if (id === undefined) return null;
  if (typeof id !== 'string') throw wrongType("'id'", 'string');
  if (id.length > requestIdLengthMax) {
    throw invalid(`'id' has ${id.length} characters; at most ${requestIdLengthMax} are accepted`);
  }
  return id;
}
