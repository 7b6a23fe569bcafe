import { elementsOf, madeInput } from '@cluster-ai/core/batching/ragged.ts';
import type { InferenceRequest } from '@cluster-ai/core/inference/request.ts';
import type { ModelSignature } from '@cluster-ai/core/inference/signature.ts';
import type { RaggedBatching } from '@cluster-ai/core/model-configuration/model-configuration.ts';
import type { Tensor } from '@cluster-ai/core/tensors/tensor.ts';
import type { ExecutionInput } from '../execution/executor.ts';

/**
 * Lays requests behind one another along dimension 0, in the signature's order of inputs. Nothing is copied here: the
 * parts are joined when they are written to the runner.
 * @param requests validated, and of one batch key.
 * @param ragged which inputs become flat, and which are made to say where the requests stand in them.
 */
export function mergeInputs(
  signature: ModelSignature,
  requests: readonly InferenceRequest[],
  ragged?: RaggedBatching,
): ExecutionInput[] {
  return signature.inputs.map(({ name }) => {
    const made = ragged?.batchInputs.find(({ input }) => input === name);
    if (made !== undefined) {
      const { shape, data } = madeInput(made, tensorsOf(requests, made.source));
      return { name, datatype: made.datatype, shape, parts: [data] };
    }
    return join(tensorsOf(requests, name), ragged?.inputs.includes(name) === true);
  });
}

/** The input of that name of each request. */
export function tensorsOf(requests: readonly InferenceRequest[], name: string): Tensor[] {
  const found: Tensor[] = [];
  for (const { inputs } of requests) {
    const input = inputs.find((one) => one.name === name);
    if (input !== undefined) found.push(input);
  }
  return found;
}

function join(tensors: readonly Tensor[], isFlat: boolean): ExecutionInput {
  const [first] = tensors;
  if (first === undefined) throw new Error('a validated request lacks an input');
  const { name, datatype } = first;
  const parts = tensors.map((tensor) => tensor.data);
  if (isFlat) {
    return { name, datatype, shape: [tensors.reduce((sum, tensor) => sum + elementsOf(tensor), 0)], parts };
  }
  if (tensors.length === 1) return { name, datatype, shape: first.shape, parts };
  const rows = tensors.reduce((sum, tensor) => sum + (tensor.shape[0] ?? 0), 0);
  return { name, datatype, shape: [rows, ...first.shape.slice(1)], parts };
}
