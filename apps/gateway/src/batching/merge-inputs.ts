import type { InferenceRequest } from '@cluster-ai/core/inference/request.ts';
import type { ModelSignature } from '@cluster-ai/core/inference/signature.ts';
import type { Tensor } from '@cluster-ai/core/tensors/tensor.ts';
import type { ExecutionInput } from '../execution/executor.ts';

/**
 * Lays requests behind one another along dimension 0, in the signature's order of inputs. Nothing is copied here: the
 * parts are joined when they are written to the runner.
 * @param requests validated, and of one batch key.
 */
export function mergeInputs(signature: ModelSignature, requests: readonly InferenceRequest[]): ExecutionInput[] {
  return signature.inputs.map(({ name }) => {
    const tensors = requests.flatMap((request) => request.inputs.find((input) => input.name === name) ?? []);
    return join(tensors);
  });
}

function join(tensors: readonly Tensor[]): ExecutionInput {
  const [first] = tensors;
  if (first === undefined) throw new Error('a validated request lacks an input');
  const parts = tensors.map((tensor) => tensor.data);
  if (tensors.length === 1) return { name: first.name, datatype: first.datatype, shape: first.shape, parts };
  const rows = tensors.reduce((sum, tensor) => sum + (tensor.shape[0] ?? 0), 0);
  return { name: first.name, datatype: first.datatype, shape: [rows, ...first.shape.slice(1)], parts };
}
