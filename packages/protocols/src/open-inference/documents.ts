import type { ClusterError } from '@cluster-ai/core/errors.ts';
import type { ModelSignature, TensorSignature } from '@cluster-ai/core/inference/signature.ts';

/** What the server announces; only what it really does. */
export const extensions = [
  'classification',
  'sequence',
  'model_repository',
  'model_configuration',
  'binary_tensor_data',
  'parameters',
  'schedule_policy',
  'statistics',
  'trace',
  'logging',
] as const;

export function serverMetadata(name: string, version: string): string {
  return JSON.stringify({ name, version, extensions });
}

/** Health answers carry both words: KServe's client reads them, Triton's looks at the status only. */
export function healthDocument(live: boolean, ready: boolean): string {
  return JSON.stringify({ live, ready });
}

/** What executes every model, in the words of the protocol. */
export const modelPlatform = 'onnx_onnxv1';

export interface ModelDescription {
  readonly name: string;
  readonly versions: readonly string[];
  readonly signature: ModelSignature;
}

export function modelMetadata(model: ModelDescription): string {
  return JSON.stringify({
    name: model.name,
    versions: model.versions,
    platform: modelPlatform,
    inputs: model.signature.inputs.map(tensorMetadata),
    outputs: model.signature.outputs.map(tensorMetadata),
  });
}

function tensorMetadata(tensor: TensorSignature): { name: string; datatype: string; shape: readonly number[] } {
  return { name: tensor.name, datatype: tensor.datatype, shape: tensor.shape };
}

/** Errors of this protocol: the sentence alone. */
export function errorDocument(error: ClusterError): string {
  return JSON.stringify({ error: error.message });
}
