import { scatter } from '@cluster-ai/core/batching/ragged.ts';
import type { InferenceRequest } from '@cluster-ai/core/inference/request.ts';
import type { RaggedBatching } from '@cluster-ai/core/model-configuration/model-configuration.ts';
import { splitRows } from '@cluster-ai/core/tensors/rows.ts';
import type { Tensor } from '@cluster-ai/core/tensors/tensor.ts';
import { tensorsOf } from './merge-inputs.ts';

/**
 * The outputs of each request of a batch.
 * @param rows of each request.
 * @throws ClusterError MODEL_EXECUTION_FAILED when an output is not one of the rows, or elements, that went in.
 */
export function splitOutputs(
  outputs: readonly Tensor[],
  requests: readonly InferenceRequest[],
  rows: readonly number[],
  ragged?: RaggedBatching,
): (readonly Tensor[])[] {
  const cut = ragged?.batchOutputs ?? [];
  // A request that ran alone keeps its outputs as they are: their first dimension need not be a batch.
  if (requests.length === 1 && cut.length === 0) return [outputs];
  const pieces = outputs.map((output) => {
    const rule = cut.find((one) => one.output === output.name);
    if (rule !== undefined) return scatter(output, tensorsOf(requests, rule.source));
    return requests.length === 1 ? [output] : splitRows(output, rows);
  });
  return requests.map((_, index) => {
    const own: Tensor[] = [];
    for (const piece of pieces) {
      const output = piece[index];
      if (output !== undefined) own.push(output);
    }
    return own;
  });
}
