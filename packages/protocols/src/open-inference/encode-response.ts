import type { InferenceResponse } from '@cluster-ai/core/inference/request.ts';
import type { Tensor } from '@cluster-ai/core/tensors/tensor.ts';
import { tensorToJson } from '../json/tensor-json.ts';
import type { ResponseForm } from './decode-request.ts';

export interface EncodedResponse {
  readonly contentType: string;
  /** Bytes of the JSON part when binary tensors follow it; null when all is JSON. */
  readonly headerLength: number | null;
  readonly body: Uint8Array | string;
}

/**
 * Writes an infer response in the form that the request asked for.
 * @throws ClusterError INVALID_ARGUMENT when an output cannot be sent as JSON.
 */
export function encodeResponse(response: InferenceResponse, form: ResponseForm): EncodedResponse {
  const blobs: Uint8Array[] = [];
  const outputs = selectOutputs(response.outputs, form).map(({ tensor, binary }) => {
    if (!binary) return jsonOutput(tensor);
    // A tensor without bytes is announced with size 0 and adds nothing to the body.
    if (tensor.data.byteLength > 0) blobs.push(tensor.data);
    return `${head(tensor)},"parameters":{"binary_data_size":${tensor.data.byteLength}}}`;
  });
  const json = document(response, outputs);
  if (blobs.length === 0) return { contentType: 'application/json', headerLength: null, body: json };
  const headerLength = Buffer.byteLength(json);
  return { contentType: 'application/octet-stream', headerLength, body: concatenate(json, headerLength, blobs) };
}

/**
 * Writes an infer response as one text, whatever the request asked for in binary.
 * @throws ClusterError INVALID_ARGUMENT when an output cannot be sent as JSON.
 */
export function encodeJsonResponse(response: InferenceResponse, form: ResponseForm): string {
  const outputs = selectOutputs(response.outputs, form);
  return document(
    response,
    outputs.map(({ tensor }) => jsonOutput(tensor)),
  );
}

function document({ id, modelName, modelVersion }: InferenceResponse, outputs: readonly string[]): string {
  const ownId = id === null ? '' : `"id":${JSON.stringify(id)},`;
  return `{${ownId}"model_name":${JSON.stringify(modelName)},"model_version":${JSON.stringify(modelVersion)},"outputs":[${outputs.join(',')}]}`;
}

function jsonOutput(tensor: Tensor): string {
  return `${head(tensor)},"data":[${tensorToJson(tensor)}]}`;
}

function selectOutputs(tensors: readonly Tensor[], form: ResponseForm): { tensor: Tensor; binary: boolean }[] {
  if (form.outputs.length === 0) return tensors.map((tensor) => ({ tensor, binary: form.binaryByDefault }));
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  return form.outputs.flatMap(({ name, binary }) => {
    const tensor = byName.get(name);
    return tensor === undefined ? [] : [{ tensor, binary }];
  });
}

function head(tensor: Tensor): string {
  return `{"name":${JSON.stringify(tensor.name)},"datatype":"${tensor.datatype}","shape":[${tensor.shape.join(',')}]`;
}

/** Small bodies come from Buffer's pool: a memory of its own for each would cost more than everything else here. */
function concatenate(json: string, jsonBytes: number, blobs: readonly Uint8Array[]): Uint8Array {
  const whole = Buffer.allocUnsafe(blobs.reduce((sum, blob) => sum + blob.byteLength, jsonBytes));
  let offset = whole.write(json, 0);
  for (const blob of blobs) {
    whole.set(blob, offset);
    offset += blob.byteLength;
  }
  return whole;
}
