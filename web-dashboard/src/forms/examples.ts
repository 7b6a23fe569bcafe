import type { TensorSignature } from '@cluster-ai/core/inference/signature.ts';
import type { Datatype } from '@cluster-ai/core/tensors/datatype.ts';
import { freeDimensions } from '../inference/infer-shape.ts';
import type { TensorDraft } from '../inference/text-tensor.ts';
import { digitExamples } from './digit-examples.ts';
import { isDigitImage } from './editor-choice.ts';

/** A set of values that fills the whole form. */
export interface Example {
  readonly label: string;
  /** By input name. */
  readonly drafts: Readonly<Record<string, TensorDraft>>;
}

/** Free dimensions of an example are this long. */
const freeSize = 1;

/** The first one fills the form when it opens; there is always one. */
export function examplesFor(model: string, inputs: readonly TensorSignature[]): readonly [Example, ...Example[]] {
  const only = inputs.length === 1 ? inputs[0] : undefined;
  if (only !== undefined && model === 'iris' && only.shape.at(-1) === 4) return oneInput(only, irisFlowers);
  if (only !== undefined && isDigitImage(only)) return oneInput(only, digitExamples);
  const drafts = Object.fromEntries(inputs.map((input) => [input.name, plainDraft(input)]));
  return [{ label: 'Example values', drafts }];
}

/** Measurements from Fisher's table, one flower of each kind. */
const irisFlowers = [
  { label: 'A setosa', text: '5.1, 3.5, 1.4, 0.2' },
  { label: 'A versicolor', text: '7.0, 3.2, 4.7, 1.4' },
  { label: 'A virginica', text: '6.3, 3.3, 6.0, 2.5' },
] as const;

function oneInput(
  input: TensorSignature,
  examples: readonly { readonly label: string; readonly text: string }[],
): readonly [Example, ...Example[]] {
  const shapeText = exampleShape(input).join(', ');
  const [first = { label: 'Example values', drafts: { [input.name]: plainDraft(input) } }, ...rest] = examples.map(
    ({ label, text }): Example => ({ label, drafts: { [input.name]: { text, shapeText } } }),
  );
  return [first, ...rest];
}

/** Values that any model of this signature accepts: right in number and datatype, without a meaning. */
function plainDraft(input: TensorSignature): TensorDraft {
  const shape = exampleShape(input);
  const size = shape.reduce((product, length) => product * length, 1);
  const separator = input.datatype === 'BYTES' ? '\n' : ', ';
  const elements = Array.from({ length: size }, (_unused, index) => plainElement(input, index, size));
  return { text: elements.join(separator), shapeText: shape.join(', ') };
}

function exampleShape(input: TensorSignature): number[] {
  return input.shape.map((size) => (size === -1 ? freeSize : size));
}

function plainElement(input: TensorSignature, index: number, size: number): string {
  // A sampling rate that audio models know; any other number makes them refuse.
  if (input.name === 'sr' && freeDimensions(input.shape) === 0 && size === 1) return '16000';
  if (size > 16) return quietElement[input.datatype] ?? '0';
  if (input.datatype === 'BYTES') return index === 0 ? 'a good day' : `text ${index + 1}`;
  if (input.datatype === 'BOOL') return index % 2 === 0 ? 'true' : 'false';
  return input.datatype.startsWith('FP') ? String((index + 1) / 2) : String(index + 1);
}

const quietElement: Partial<Record<Datatype, string>> = { BOOL: 'false', BYTES: 'text' };
