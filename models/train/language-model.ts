import { elementTypeOf } from '@cluster-ai/protocols/onnx/element-types.ts';
import type { OnnxAttribute } from '@cluster-ai/protocols/onnx/write-attribute.ts';
import { writeOnnxModel } from '@cluster-ai/protocols/onnx/write-model.ts';
import type { OnnxNode } from '@cluster-ai/protocols/onnx/write-model.ts';
import { languages } from './language-data.ts';
import { characterIds, runLengthMax } from './language-features.ts';
import type { Features } from './language-features.ts';

/** Longer than one character, so no character of a text can be taken for it. */
const PADDING = '<padding>';

/**
 * Writes the trained model: `text` BYTES [-1] to `language` BYTES [-1] and `confidence` FP32 [-1].
 * @param weights one row a feature, one column a language.
 */
export function languageModel(features: Features, weights: Float32Array, biases: Float32Array): Uint8Array {
  const featureCount = features.runs.flat().length;
  return writeOnnxModel({
    producerName: 'cluster-ai',
    opsets: [
      { domain: '', version: 21 },
      { domain: 'ai.onnx.ml', version: 4 },
      { domain: 'com.microsoft', version: 1 },
    ],
    graphName: 'language',
    docString: 'Tells the language of a short text by the runs of up to four letters in it.',
    nodes: [...charactersToCounts(features), ...countsToAnswer()],
    initializers: [
      { name: 'weights', datatype: 'FP32', shape: [featureCount, languages.length], data: weights },
      { name: 'biases', datatype: 'FP32', shape: [languages.length], data: biases },
      { name: 'space', datatype: 'BYTES', shape: [1], data: [' '] },
      { name: 'last_axis', datatype: 'INT64', shape: [1], data: BigInt64Array.of(-1n) },
      { name: 'first_row', datatype: 'INT64', shape: [1], data: BigInt64Array.of(0n) },
    ],
    inputs: [
      { name: 'text', elementType: elementTypeOf.BYTES, shape: ['batch'], docString: 'UTF-8 texts, in any case' },
    ],
    outputs: [
      {
        name: 'language',
        elementType: elementTypeOf.BYTES,
        shape: ['batch'],
        docString: `ISO 639-1: ${languages.join(', ')}`,
      },
      {
        name: 'confidence',
        elementType: elementTypeOf.FP32,
        shape: ['batch'],
        docString: 'probability of that language',
      },
    ],
    metadata: { classes: languages.join(',') },
  });
}

function charactersToCounts({ letters, runs }: Features): OnnxNode[] {
  const alphabet = letters.flatMap((letter, index): [string, number][] => {
    const id = index + characterIds.firstLetter;
    const capital = letter.toUpperCase();
    // The capital of ß is two letters, which the tokenizer gives one by one.
    return capital === letter || [...capital].length > 1
      ? [[letter, id]]
      : [
          [letter, id],
          [capital, id],
        ];
  });
  const tokenizer: Record<string, OnnxAttribute> = {
    // An empty separator makes every character a token.
    separators: { strings: [''] },
    mark: { int: 0 },
    mincharnum: { int: 1 },
    pad_value: { string: PADDING },
  };
  const encoder: Record<string, OnnxAttribute> = {
    keys_strings: { strings: [PADDING, ...alphabet.map(([letter]) => letter)] },
    values_int64s: { ints: [characterIds.padding, ...alphabet.map(([, id]) => id)] },
    default_int64: { int: characterIds.boundary },
  };
  const counter: Record<string, OnnxAttribute> = {
    mode: { string: 'TF' },
    min_gram_length: { int: 1 },
    max_gram_length: { int: runLengthMax },
    max_skip_count: { int: 0 },
    ngram_counts: { ints: startsOf(runs) },
    ngram_indexes: { ints: runs.flat().map((_, column) => column) },
    pool_int64s: { ints: runs.flat(2) },
  };
  return [
    // The spaces are boundaries, and keep an empty text from being no text: the tokenizer would drop its row.
    { opType: 'StringConcat', inputs: ['space', 'text'], outputs: ['begun'] },
    { opType: 'StringConcat', inputs: ['begun', 'space'], outputs: ['enclosed'] },
    {
      opType: 'Tokenizer',
      domain: 'com.microsoft',
      inputs: ['enclosed'],
      outputs: ['characters'],
      attributes: tokenizer,
    },
    { opType: 'LabelEncoder', domain: 'ai.onnx.ml', inputs: ['characters'], outputs: ['ids'], attributes: encoder },
    { opType: 'TfIdfVectorizer', inputs: ['ids'], outputs: ['counts'], attributes: counter },
  ];
}

/** Where the runs of each length begin in the pool, as TfIdfVectorizer wants it. */
function startsOf(runs: Features['runs']): number[] {
  let start = 0;
  return runs.map((list, index) => {
    const here = start;
    start += list.length * (index + 1);
    return here;
  });
}

function countsToAnswer(): OnnxNode[] {
  const names: Record<string, OnnxAttribute> = {
    keys_int64s: { ints: languages.map((_, label) => label) },
    values_strings: { strings: [...languages] },
    default_string: { string: '' },
  };
  return [
    {
      opType: 'LpNormalization',
      inputs: ['counts'],
      outputs: ['row'],
      attributes: { axis: { int: -1 }, p: { int: 2 } },
    },
    { opType: 'Gemm', inputs: ['row', 'weights', 'biases'], outputs: ['sums'] },
    { opType: 'Softmax', inputs: ['sums'], outputs: ['probabilities'], attributes: { axis: { int: -1 } } },
    {
      opType: 'ReduceMax',
      inputs: ['probabilities', 'last_axis'],
      outputs: ['likeliest'],
      attributes: { keepdims: { int: 0 } },
    },
    { opType: 'ArgMax', inputs: ['sums'], outputs: ['label'], attributes: { axis: { int: -1 }, keepdims: { int: 0 } } },
    { opType: 'LabelEncoder', domain: 'ai.onnx.ml', inputs: ['label'], outputs: ['name'], attributes: names },
    // TfIdfVectorizer makes one row of none: as many rows leave as came in.
    { opType: 'Shape', inputs: ['text'], outputs: ['rows'] },
    { opType: 'Slice', inputs: ['name', 'first_row', 'rows'], outputs: ['language'] },
    { opType: 'Slice', inputs: ['likeliest', 'first_row', 'rows'], outputs: ['confidence'] },
  ];
}
