import type { TensorSignature } from '@cluster-ai/core/inference/signature.ts';
import { bytesOfTensor } from './element-bytes.ts';
import type { TextTensor } from './text-tensor.ts';

/** How tensors travel: as JSON, or in the binary tensor data extension. */
export type Wire = 'json' | 'binary';

/** One prediction in the Open Inference Protocol v2, as the playground sends it and as the snippets write it. */
export interface InferCall {
  /** Base address of the gateway, without a trailing slash. */
  readonly gatewayUrl: string;
  /** The public name: a route. */
  readonly model: string;
  readonly inputs: readonly TextTensor[];
  readonly outputs: readonly TensorSignature[];
  /** JSON where nothing is said. */
  readonly wire?: Wire;
}

export interface InferBody {
  readonly json: string;
  /** Binary tensors that follow the JSON, in the order of the inputs; empty when everything is JSON. */
  readonly blob: Uint8Array<ArrayBuffer>;
}

/** Path of a prediction below the gateway's address. */
export function inferPath(model: string): string {
  return `/v2/models/${encodeURIComponent(model)}/infer`;
}

/** FP16 has no JSON form in the protocol, so it travels in the binary tensor extension, both ways. */
export function isBinaryOnly(tensor: Pick<TensorSignature, 'datatype'>): boolean {
  return tensor.datatype === 'FP16';
}

/** Whether one tensor of a call, input or output, travels in binary form. */
export function isBinary({ wire }: Pick<InferCall, 'wire'>, tensor: Pick<TensorSignature, 'datatype'>): boolean {
  return wire === 'binary' || isBinaryOnly(tensor);
}

/** Writes the body of a call. JSON is put together from text, so that every digit arrives as it was typed. */
export function encodeInferBody(call: InferCall): InferBody {
  const inputs = call.inputs.map((tensor) => `  ${inputJson(call, tensor)}`).join(',\n');
  const outputs = outputsJson(call);
  return {
    json: `{"inputs":[\n${inputs}\n]${outputs === null ? '' : `,\n"outputs":${outputs}`}}`,
    blob: inputsBlob(call),
  };
}

function inputJson(call: InferCall, tensor: TextTensor): string {
  const head = `"name":${JSON.stringify(tensor.name)},"shape":[${tensor.shape.join(',')}],"datatype":"${tensor.datatype}"`;
  return isBinary(call, tensor)
    ? `{${head},"parameters":{"binary_data_size":${bytesOfTensor(tensor).byteLength}}}`
    : `{${head},"data":[${elementsJson(tensor).join(',')}]}`;
}

/** The elements as JSON tokens; NaN and the infinities are bare words, as the protocol's servers read and write them. */
export function elementsJson(tensor: TextTensor): readonly string[] {
  return tensor.datatype === 'BYTES' ? tensor.elements.map((element) => JSON.stringify(element)) : tensor.elements;
}

/** The `outputs` list of a request, or null when the protocol's default (all of them, as JSON) is right. */
export function outputsJson(call: Pick<InferCall, 'outputs' | 'wire'>): string | null {
  if (!call.outputs.some((output) => isBinary(call, output))) return null;
  const entries = call.outputs.map(
    (output) => `{"name":${JSON.stringify(output.name)},"parameters":{"binary_data":${isBinary(call, output)}}}`,
  );
  return `[${entries.join(',')}]`;
}

function inputsBlob(call: InferCall): Uint8Array<ArrayBuffer> {
  const parts = call.inputs.filter((tensor) => isBinary(call, tensor)).map(bytesOfTensor);
  const blob = new Uint8Array(parts.reduce((size, part) => size + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    blob.set(part, at);
    at += part.byteLength;
  }
  return blob;
}
