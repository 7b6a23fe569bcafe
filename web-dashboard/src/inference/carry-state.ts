import type { TensorSignature } from '@cluster-ai/core/inference/signature.ts';
import type { TensorDraft, TextTensor } from './text-tensor.ts';

export interface CarriedState {
  readonly output: string;
  readonly input: string;
  readonly draft: TensorDraft;
}

/**
 * Finds outputs that are the next call's inputs: a model without memory hands its state to the caller. The convention
 * of recurrent ONNX models is the input's name followed by `N` or `_out`, `stateN` for `state`.
 */
export function carriedStates(inputs: readonly TensorSignature[], outputs: readonly TextTensor[]): CarriedState[] {
  return inputs.flatMap((input) => {
    const output = outputs.find(
      ({ name, datatype }) =>
        datatype === input.datatype && (name === `${input.name}N` || name === `${input.name}_out`),
    );
    if (output === undefined || !fits(input.shape, output.shape)) return [];
    const draft = { text: output.elements.join(', '), shapeText: output.shape.join(', ') };
    return [{ output: output.name, input: input.name, draft }];
  });
}

function fits(signature: readonly number[], shape: readonly number[]): boolean {
  return signature.length === shape.length && signature.every((size, index) => size === -1 || size === shape[index]);
}
