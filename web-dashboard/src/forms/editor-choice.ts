import type { TensorSignature } from '@cluster-ai/core/inference/signature.ts';

export type Editor = 'digit' | 'fields' | 'text';

/** One row of at most this many values gets a field a value. */
const fieldsMax = 16;

/** True for one grey-scale picture of 28 by 28, flat or not: what models trained on MNIST take. */
export function isDigitImage(input: TensorSignature): boolean {
  const sizes = input.shape.filter((size) => size !== -1 && size !== 1);
  const pixels = sizes.length === 1 ? sizes[0] === 784 : sizes.length === 2 && sizes.every((size) => size === 28);
  return input.datatype === 'FP32' && pixels;
}

/** How an input is best typed: a drawing, a field a value, or text. */
export function chooseEditor(input: TensorSignature): Editor {
  if (isDigitImage(input)) return 'digit';
  const row = input.shape.filter((size) => size !== -1).reduce((product, size) => product * size, 1);
  const isOneRow = input.shape.every((size, index) => size !== -1 || index === 0);
  return input.datatype !== 'BYTES' && isOneRow && row <= fieldsMax ? 'fields' : 'text';
}
