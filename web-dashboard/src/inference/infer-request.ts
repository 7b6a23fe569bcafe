import type { TensorSignature } from '@cluster-ai/core/inference/signature.ts';
import type { TextTensor } from './text-tensor.ts';

/** One prediction in the Open Inference Protocol v2, as the playground sends it and as the snippets write it. */
export interface InferCall {
  /** Base address of the gateway, without a trailing slash. */
  readonly gatewayUrl: string;
  /** The public name: a route. */
  readonly model: string;
  readonly inputs: readonly TextTensor[];
  readonly outputs: readonly TensorSignature[];
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

/** Writes the body of a call. JSON is put together from text, so that every digit arrives as it was typed. */
export function encodeInferBody(call: InferCall): InferBody {
  const inputs = call.inputs.map((tensor) => `  ${inputJson(tensor)}`).join(',\n');
  const outputs = outputsJson(call.outputs);
  return {
    json: `{"inputs":[\n${inputs}\n]${outputs === null ? '' : `,\n"outputs":${outputs}`}}`,
    blob: float16Blob(call.inputs),
  };
}

function inputJson(tensor: TextTensor): string {
  const head = `"name":${JSON.stringify(tensor.name)},"shape":[${tensor.shape.join(',')}],"datatype":"${tensor.datatype}"`;
  return isBinaryOnly(tensor)
    ? `{${head},"parameters":{"binary_data_size":${tensor.elements.length * 2}}}`
    : `{${head},"data":[${elementsJson(tensor).join(',')}]}`;
}

/** The elements as JSON tokens; NaN and the infinities are bare words, as the protocol's servers read and write them. */
export function elementsJson(tensor: TextTensor): readonly string[] {
  return tensor.datatype === 'BYTES' ? tensor.elements.map((element) => JSON.stringify(element)) : tensor.elements;
}

/** The `outputs` list of a request, or null when the protocol's default (all of them, as JSON) is right. */
export function outputsJson(outputs: readonly TensorSignature[]): string | null {
  if (!outputs.some(isBinaryOnly)) return null;
  const entries = outputs.map(
    (output) => `{"name":${JSON.stringify(output.name)},"parameters":{"binary_data":${isBinaryOnly(output)}}}`,
  );
  return `[${entries.join(',')}]`;
}

function float16Blob(inputs: readonly TextTensor[]): Uint8Array<ArrayBuffer> {
  const elements = inputs.filter(isBinaryOnly).flatMap((tensor) => tensor.elements);
  const view = new DataView(new ArrayBuffer(elements.length * 2));
  for (const [index, element] of elements.entries()) view.setFloat16(index * 2, Number(element), true);
  return new Uint8Array(view.buffer);
}
