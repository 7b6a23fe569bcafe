import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { InferenceRequest, ParameterValue } from '@cluster-ai/core/inference/request.ts';
import { isDatatype, datatypes, type Datatype } from '@cluster-ai/core/tensors/datatype.ts';
import type { Tensor } from '@cluster-ai/core/tensors/tensor.ts';
import { exceedsJsonDepth, jsonDepthMax } from '../json/depth.ts';
import { parseExactJson, type ExactJson } from '../json/exact-json.ts';
import { NeedsExactNumbers, tensorFromJson, type JsonSource } from '../json/json-tensor.ts';
import { parseParameters } from './parameters.ts';

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

type JsonObject = { readonly [key: string]: ExactJson };

/**
 * Reads an infer request: JSON, or JSON followed by binary tensors (binary tensor data extension).
 * @param headerLength value of Inference-Header-Content-Length, or null when the whole body is JSON.
 * @throws ClusterError INVALID_ARGUMENT in Triton's words where it has some.
 */
export function decodeRequest(body: Uint8Array, headerLength: string | null, modelName: string, modelVersion: string | null): DecodedRequest {
  const jsonBytes = body.subarray(0, jsonLength(headerLength, body.byteLength));
  const blobs = body.subarray(jsonBytes.byteLength);
  if (exceedsJsonDepth(jsonBytes)) throw invalid(`JSON nesting depth exceeds maximum allowed limit (${jsonDepthMax})`);
  const text = decodeText(jsonBytes);
  const quick = parseQuickly(text);
  if (quick !== undefined) {
    try {
      return readRequest(quick, blobs, modelName, modelVersion, { exact: false, elementsMax: jsonBytes.byteLength });
    } catch (thrown) {
      if (!(thrown instanceof NeedsExactNumbers)) throw thrown;
    }
  }
  return readRequest(parseExactJson(text), blobs, modelName, modelVersion, { exact: true, elementsMax: jsonBytes.byteLength });
}

function jsonLength(headerLength: string | null, bodyLength: number): number {
  if (headerLength === null) return bodyLength;
  const length = /^-?\d{1,15}$/.test(headerLength) ? Number(headerLength) : Number.NaN;
  if (Number.isNaN(length)) throw invalid(`Unable to parse Inference-Header-Content-Length, got: ${headerLength.slice(0, 40)}`);
  if (length < 0 || length > bodyLength) {
    throw invalid(`inference header size should be in range (0, ${bodyLength}), got: ${length}`);
  }
  if (length === 0) {
    throw new ClusterError('UNSUPPORTED', 'raw binary requests (Inference-Header-Content-Length: 0) are not supported; send the JSON header before the tensors');
  }
  return length;
}

function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new ClusterError('INVALID_ARGUMENT', 'failed to parse the request JSON buffer: the text is not valid UTF-8', { cause });
  }
}

function parseQuickly(text: string): ExactJson | undefined {
  try {
    return JSON.parse(text) as ExactJson;
  } catch {
    // Bare NaN and Infinity, or really broken: the exact parser knows which and says where.
    return undefined;
  }
}

function readRequest(document: ExactJson, blobs: Uint8Array, modelName: string, modelVersion: string | null, source: JsonSource): DecodedRequest {
  if (!isObject(document)) throw invalid('failed to parse the request JSON buffer: a JSON object is expected');
  const parameters = parseParameters(document['parameters']);
  const inputs = readInputs(document['inputs'], blobs, modelName, source);
  const outputs = readOutputs(document['outputs']);
  return {
    request: {
      modelName,
      modelVersion,
      id: readId(document['id']),
      inputs,
      outputNames: outputs.map((output) => output.name),
      parameters,
    },
    form: {
      outputs: outputs.map((output) => ({ name: output.name, binary: output.binary ?? parameters['binary_data_output'] === true })),
      binaryByDefault: parameters['binary_data_output'] === true,
    },
  };
}

function readId(id: ExactJson | undefined): string | null {
  if (id === undefined) return null;
  if (typeof id !== 'string') throw invalid("Unable to parse 'id': attempt to access JSON non-string as string");
  return id;
}

function readInputs(inputs: ExactJson | undefined, blobs: Uint8Array, modelName: string, source: JsonSource): Tensor[] {
  if (!Array.isArray(inputs)) throw invalid("Unable to parse 'inputs': attempt to access JSON non-array as array");
  let offset = 0;
  const tensors = inputs.map((input) => {
    if (!isObject(input)) throw invalid("Unable to parse 'inputs': attempt to access JSON non-object as object");
    const header = readTensorHeader(input);
    const binarySize = binaryDataSize(input['parameters'], header.name);
    if (binarySize === null) {
      if (input['data'] === undefined) throw invalid(`Unable to parse 'data': input '${header.name}' has neither 'data' nor the parameter 'binary_data_size'`);
      return tensorFromJson(header.name, header.datatype, header.shape, input['data'], source);
    }
    if (input['data'] !== undefined) throw invalid(`unexpected 'data' field for input '${header.name}': its parameter 'binary_data_size' says that it is binary`);
    const end = offset + binarySize;
    if (end > blobs.byteLength) {
      throw invalid(`unexpected size for input '${header.name}', expecting ${end - blobs.byteLength} additional bytes for model '${modelName}'`);
    }
    const data = blobs.subarray(offset, end);
    offset = end;
    return { ...header, data };
  });
  if (offset !== blobs.byteLength) throw invalid(`unexpected additional input data for model '${modelName}'`);
  return tensors;
}

function readTensorHeader(input: JsonObject): { name: string; datatype: Datatype; shape: number[] } {
  const name = input['name'];
  if (typeof name !== 'string' || name === '') throw invalid("Unable to parse 'name': attempt to access JSON non-string as string");
  const datatype = input['datatype'];
  if (typeof datatype !== 'string') throw invalid(`Unable to parse 'datatype' of input '${name}': attempt to access JSON non-string as string`);
  if (!isDatatype(datatype)) {
    throw invalid(`Unable to parse 'datatype' of input '${name}': '${datatype.slice(0, 40)}' is not one of ${datatypes.join(', ')}`);
  }
  return { name, datatype, shape: readShape(input['shape'], name) };
}

function readShape(shape: ExactJson | undefined, name: string): number[] {
  if (!Array.isArray(shape)) throw invalid(`Unable to parse 'shape' of input '${name}': attempt to access JSON non-array as array`);
  if (shape.length > 32) throw invalid(`shape of input '${name}' has ${shape.length} dimensions; at most 32 are accepted`);
  return shape.map((dimension) => {
    if (typeof dimension !== 'number' || !Number.isSafeInteger(dimension) || dimension < 0) {
      throw new ClusterError('DIMENSION_NOT_UNSIGNED', "Unable to parse 'shape': attempt to access JSON non-unsigned-integer as unsigned-integer");
    }
    return dimension;
  });
}

function binaryDataSize(parameters: ExactJson | undefined, name: string): number | null {
  const size = parameters === undefined ? undefined : parseParameters(parameters)['binary_data_size'];
  if (size === undefined) return null;
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
    throw invalid(`Unable to parse 'binary_data_size' of input '${name}': attempt to access JSON non-unsigned-integer as unsigned-integer`);
  }
  return size;
}

function readOutputs(outputs: ExactJson | undefined): { name: string; binary: boolean | null }[] {
  if (outputs === undefined) return [];
  if (!Array.isArray(outputs)) throw invalid("Unable to parse 'outputs': attempt to access JSON non-array as array");
  return outputs.map((output) => {
    if (!isObject(output) || typeof output['name'] !== 'string') throw invalid("Unable to parse 'name': attempt to access JSON non-string as string");
    const parameters: Readonly<Record<string, ParameterValue>> = parseParameters(output['parameters']);
    if (parameters['classification'] !== undefined) {
      throw new ClusterError('UNSUPPORTED', `the classification extension is not supported (output '${output['name']}')`);
    }
    const binary = parameters['binary_data'];
    if (binary !== undefined && typeof binary !== 'boolean') throw invalid("Unable to parse 'binary_data': attempt to access JSON non-boolean as boolean");
    return { name: output['name'], binary: binary ?? null };
  });
}

function isObject(value: ExactJson | undefined): value is { [key: string]: ExactJson } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(message: string): ClusterError {
  return new ClusterError('INVALID_ARGUMENT', message);
}
