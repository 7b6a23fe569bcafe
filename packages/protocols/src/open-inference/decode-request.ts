import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { InferenceRequest } from '@cluster-ai/core/inference/request.ts';
import { assertJsonBounds, jsonBytesMax, jsonTooLarge } from '../json/bounds.ts';
import { parseExactJson, type ExactJson } from '../json/exact-json.ts';
import { NeedsExactNumbers, type JsonSource } from '../json/json-tensor.ts';
import { invalid, isObject, wrongType } from './json-fields.ts';
import { parseParameters } from './parameters.ts';
import { readInputs } from './read-inputs.ts';
import { readOutputs } from './read-outputs.ts';

/** How the client wants its outputs written; the encoder's half of the request. */
export interface ResponseForm {
  /** Outputs that were named one by one, with their own choice of binary or JSON; empty means all outputs. */
  readonly outputs: readonly { readonly name: string; readonly binary: boolean }[];
  /** The choice for outputs that were not named. */
  readonly binaryByDefault: boolean;
}

export interface DecodedRequest {
  readonly request: InferenceRequest;
  readonly form: ResponseForm;
}

/** Longest request id, in characters: it is echoed, logged and traced. */
const requestIdLengthMax = 1_024;

/** The model and version that the path names; a null version lets the route choose. */
interface Target {
  readonly modelName: string;
  readonly modelVersion: string | null;
}

const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads an infer request: JSON, or JSON followed by binary tensors (binary tensor data extension).
 * Binary tensors share the body's memory.
 * @param headerLength value of Inference-Header-Content-Length, or null when the whole body is JSON.
 * @param textBytesMax largest JSON text, bytes.
 * @throws ClusterError INVALID_ARGUMENT in Triton's words where it has some; BODY_TOO_LARGE for too large a JSON text;
 * DIMENSION_NOT_UNSIGNED; UNSUPPORTED for extensions that are not served.
 */
export function decodeRequest(
  body: Uint8Array,
  headerLength: string | null,
  modelName: string,
  modelVersion: string | null,
  textBytesMax = jsonBytesMax,
): DecodedRequest {
  const jsonBytes = body.subarray(0, jsonLength(headerLength, body.byteLength));
  const blobs = body.subarray(jsonBytes.byteLength);
  assertJsonBounds(jsonBytes, textBytesMax);
  const text = decodeText(jsonBytes);
  const target = { modelName, modelVersion };
  const quick = parseQuickly(text);
  if (quick !== undefined) {
    try {
      return readRequest(quick, blobs, target, { exact: false, textBytes: jsonBytes.byteLength });
    } catch (thrown) {
      if (!(thrown instanceof NeedsExactNumbers)) throw thrown;
    }
  }
  return readRequest(parseExactJson(text), blobs, target, { exact: true, textBytes: jsonBytes.byteLength });
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
  if (/^\d{1,15}$/.test(told) && Number(told) > textBytesMax) throw jsonTooLarge(Number(told), textBytesMax);
}

function jsonLength(headerLength: string | null, bodyLength: number): number {
  if (headerLength === null) return bodyLength;
  const length = /^-?\d{1,15}$/.test(headerLength) ? Number(headerLength) : Number.NaN;
  if (Number.isNaN(length)) {
    throw invalid(`Unable to parse Inference-Header-Content-Length, got: ${headerLength.slice(0, 40)}`);
  }
  if (length < 0 || length > bodyLength) {
    throw invalid(`inference header size should be in range (0, ${bodyLength}), got: ${length}`);
  }
  if (length === 0) {
    throw new ClusterError(
      'UNSUPPORTED',
      'raw binary requests (Inference-Header-Content-Length: 0) are not supported; send the JSON header before the tensors',
    );
  }
  return length;
}

function decodeText(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new ClusterError('INVALID_ARGUMENT', 'failed to parse the request JSON buffer: the text is not valid UTF-8', {
      cause,
    });
  }
}

function parseQuickly(text: string): ExactJson | undefined {
  try {
    return JSON.parse(text) as ExactJson; // What JSON.parse returns is a JSON value; bigints are merely never in it.
  } catch {
    // Bare NaN and Infinity, or really broken: the exact parser knows which and says where.
    return undefined;
  }
}

function readRequest(document: ExactJson, blobs: Uint8Array, target: Target, source: JsonSource): DecodedRequest {
  if (!isObject(document)) throw invalid('failed to parse the request JSON buffer: a JSON object is expected');
  const parameters = parseParameters(document['parameters']);
  const binaryByDefault = parameters['binary_data_output'] ?? false;
  if (typeof binaryByDefault !== 'boolean') throw wrongType("'binary_data_output'", 'boolean');
  const inputs = readInputs(document['inputs'], blobs, target.modelName, source);
  const outputs = readOutputs(document['outputs'], binaryByDefault);
  return {
    request: {
      ...target,
      id: readId(document['id']),
      inputs,
      outputNames: outputs.map((output) => output.name),
      parameters,
    },
    form: { outputs, binaryByDefault },
  };
}

function readId(id: ExactJson | undefined): string | null {
  if (id === undefined) return null;
  if (typeof id !== 'string') throw wrongType("'id'", 'string');
  if (id.length > requestIdLengthMax) {
    throw invalid(`'id' has ${id.length} characters; at most ${requestIdLengthMax} are accepted`);
  }
  return id;
}
