import type { Tensor } from '@cluster-ai/core/tensors/tensor.ts';

/**
 * The outputs that one request asked for, in its order. A batch runs with the outputs of all its requests at once.
 * @param wanted validated names, duplicates tolerated as Triton does; empty means all.
 */
export function selectOutputs(outputs: readonly Tensor[], wanted: readonly string[]): readonly Tensor[] {
  if (wanted.length === 0) return outputs;
  return wanted.flatMap((name) => outputs.find((output) => output.name === name) ?? []);
}
