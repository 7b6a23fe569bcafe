import type { TensorSignature } from '@cluster-ai/core/inference/signature.ts';
import type { Datatype } from '@cluster-ai/core/tensors/datatype.ts';
import type { NameKey } from '../i18n/say.ts';
import type { TensorDraft } from '../inference/text-tensor.ts';
import { digitExamples } from './digit-examples.ts';
import { isDigitImage } from './editor-choice.ts';
import { silenceText, speechRateHz, speechSamples, vowelText } from './speech-example.ts';

/** A set of values that fills the whole form. */
export interface Example {
  readonly label: NameKey;
  /** By input name. */
  readonly drafts: Readonly<Record<string, TensorDraft>>;
}

/** Never empty: the first one fills the form when it opens. */
export type Examples = readonly [Example, ...Example[]];

/** Meaningful values for the example models, and for any other signature values that are right in number and datatype. */
export function examplesFor(model: string, inputs: readonly TensorSignature[]): Examples {
  const only = inputs.length === 1 ? inputs[0] : undefined;
  if (only !== undefined && model === 'iris' && only.shape.at(-1) === 4) return oneInput(only, irisFlowers);
  if (only !== undefined && model === 'language' && only.datatype === 'BYTES') return oneInput(only, sentences);
  if (only !== undefined && isDigitImage(only)) return oneInput(only, digitExamples);
  if (model === 'silero-vad' && takesSpeech(inputs)) return speechExamples;
  return [
    { label: 'exampleValues', drafts: Object.fromEntries(inputs.map((input) => [input.name, plainDraft(input)])) },
  ];
}

interface NamedText {
  readonly label: NameKey;
  readonly text: string;
}

/** Measurements from Fisher's table, one flower of each kind. */
const irisFlowers: readonly NamedText[] = [
  { label: 'setosa', text: '5.1, 3.5, 1.4, 0.2' },
  { label: 'versicolor', text: '7.0, 3.2, 4.7, 1.4' },
  { label: 'virginica', text: '6.3, 3.3, 6.0, 2.5' },
];

const sentences: readonly NamedText[] = [
  { label: 'threeLanguages', text: 'Where is the station?\nOnde fica a estação?\nWo ist der Bahnhof?' },
  { label: 'oneSentence', text: 'La lune brille sur la mer' },
];

function oneInput(input: TensorSignature, texts: readonly NamedText[]): Examples {
  const shapeText = exampleShape(input).join(', ');
  const [first, ...rest] = texts.map(({ label, text }): Example => ({
    label,
    drafts: { [input.name]: { text, shapeText } },
  }));
  return [first ?? { label: 'exampleValues', drafts: { [input.name]: plainDraft(input) } }, ...rest];
}

/** Samples, the state of the call before, and the rate: what Silero VAD takes. */
export function takesSpeech(inputs: readonly TensorSignature[]): boolean {
  return ['input', 'state', 'sr'].every((name) => inputs.some((input) => input.name === name));
}

const speechExamples: Examples = [
  { label: 'vowel', drafts: speechDrafts(vowelText()) },
  { label: 'silence', drafts: speechDrafts(silenceText()) },
];

function speechDrafts(samples: string): Record<string, TensorDraft> {
  return {
    input: { text: samples, shapeText: `1, ${speechSamples}` },
    state: { text: Array.from({ length: 2 * 128 }, () => '0').join(', '), shapeText: '2, 1, 128' },
    sr: { text: String(speechRateHz), shapeText: '' },
  };
}

/** Values that any model of this signature accepts, without a meaning. */
function plainDraft(input: TensorSignature): TensorDraft {
  const shape = exampleShape(input);
  const size = shape.reduce((product, length) => product * length, 1);
  const elements = Array.from({ length: size }, (_unused, index) => plainElement(input.datatype, index, size));
  return { text: elements.join(input.datatype === 'BYTES' ? '\n' : ', '), shapeText: shape.join(', ') };
}

/** Dimensions that each request chooses are 1 long. */
function exampleShape(input: TensorSignature): number[] {
  return input.shape.map((size) => (size === -1 ? 1 : size));
}

/** Up to this many values differ from each other; more would only be noise. */
const variedMax = 16;

function plainElement(datatype: Datatype, index: number, size: number): string {
  const position = size > variedMax ? 0 : index;
  if (datatype === 'BYTES') return position === 0 ? 'a good day' : `text ${position + 1}`;
  if (datatype === 'BOOL') return position % 2 === 0 ? 'true' : 'false';
  return datatype.startsWith('FP') ? String((position + 1) / 2) : String(position + 1);
}
