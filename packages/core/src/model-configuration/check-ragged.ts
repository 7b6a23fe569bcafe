import type { ModelSignature, TensorSignature } from '../inference/signature.ts';
import { problemsOf, typeName, unknownTensor, type FitProblem } from './fit-problem.ts';
import type { ConfiguredTensor, RaggedBatching } from './model-configuration.ts';

/** A tensor of which all rows of a batch are one: in the model it has one open dimension, whatever clients send. */
export function flatProblems(
  field: 'input' | 'output',
  index: number,
  { name, datatype, reshape }: ConfiguredTensor,
  model: readonly TensorSignature[],
): FitProblem[] {
  const own = model.find((tensor) => tensor.name === name);
  const place = `${field}[${index}]`;
  if (own === undefined) return [unknownTensor(`${place}.name`, field, name, model)];
  if (own.datatype !== datatype) {
    const message = `${field} '${name}' is ${datatype} here and ${own.datatype} in the model`;
    return [{ place: `${place}.data_type`, message, fix: `write data_type: ${typeName(own.datatype)}` }];
  }
  if (reshape !== null) {
    return [{ place: `${place}.reshape`, message: `${field} '${name}' is flat and reshaped`, fix: 'take reshape out' }];
  }
  if (own.shape.length === 1 && own.shape[0] === -1) return [];
  const what = field === 'input' ? 'allow_ragged_batch' : 'batch_output';
  return [
    {
      place: field === 'input' ? `${place}.${what}` : what,
      message: `${field} '${name}' has the shape [${own.shape.join(', ')}] in the model, and ${what} needs one open dimension, [-1], for the elements of all requests`,
      fix: `take ${what} out, or export the model with one flat ${field}`,
    },
  ];
}

/** Inputs that the gateway makes from the requests of a batch. */
export function batchInputProblems(ragged: RaggedBatching | undefined, { inputs }: ModelSignature): FitProblem[] {
  return problemsOf(ragged?.batchInputs ?? [], ({ input, kind, datatype }, index) => {
    const place = `batch_input[${index}]`;
    const own = inputs.find(({ name }) => name === input);
    if (own === undefined) return [unknownTensor(`${place}.target_name`, 'input', input, inputs)];
    if (own.datatype !== datatype) {
      const message = `input '${input}' is ${datatype} here and ${own.datatype} in the model`;
      return [{ place: `${place}.data_type`, message, fix: 'use TYPE_INT32 or TYPE_FP32 in the model and here' }];
    }
    const rank = kind === 'BATCH_ITEM_SHAPE' ? 2 : 1;
    if (own.shape.length === rank && own.shape[0] === -1) return [];
    const message = `input '${input}' has the shape [${own.shape.join(', ')}] in the model, and ${kind} has ${rank === 1 ? 'one open dimension' : 'two dimensions, the first of them open'}`;
    return [{ place, message, fix: 'use another kind, or export the model with such an input' }];
  });
}
