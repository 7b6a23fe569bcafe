import { expect, test } from 'vitest';
import { readInputs } from './build-request.ts';
import type { InputSignature } from './build-request.ts';

const flower: InputSignature[] = [{ name: 'input', datatype: 'FP32', shape: [-1, 4] }];
const voice: InputSignature[] = [
  { name: 'input', datatype: 'FP32', shape: [-1, -1] },
  { name: 'sr', datatype: 'INT64', shape: [] },
];
const text: InputSignature[] = [{ name: 'text', datatype: 'BYTES', shape: [-1] }];
const flag: InputSignature[] = [{ name: 'flag', datatype: 'BOOL', shape: [2] }];

test.each([
  [
    'elements with commas',
    flower,
    ['input=5.1,3.5,1.4,0.2'],
    [{ name: 'input', datatype: 'FP32', shape: [1, 4], data: [5.1, 3.5, 1.4, 0.2] }],
  ],
  [
    'two rows, flat',
    flower,
    ['input=1,2,3,4,5,6,7,8'],
    [{ name: 'input', datatype: 'FP32', shape: [2, 4], data: [1, 2, 3, 4, 5, 6, 7, 8] }],
  ],
  [
    'nested JSON',
    flower,
    ['input=[[1,2,3,4],[5,6,7,8]]'],
    [{ name: 'input', datatype: 'FP32', shape: [2, 4], data: [1, 2, 3, 4, 5, 6, 7, 8] }],
  ],
  [
    'the only input without its name',
    flower,
    ['1,2,3,4'],
    [{ name: 'input', datatype: 'FP32', shape: [1, 4], data: [1, 2, 3, 4] }],
  ],
  [
    'a JSON array without a name',
    flower,
    ['[[1,2,3,4]]'],
    [{ name: 'input', datatype: 'FP32', shape: [1, 4], data: [1, 2, 3, 4] }],
  ],
  [
    'an object with every input',
    voice,
    ['{"input": [[0.5, 0.25]], "sr": 16000}'],
    [
      { name: 'input', datatype: 'FP32', shape: [1, 2], data: [0.5, 0.25] },
      { name: 'sr', datatype: 'INT64', shape: [], data: [16_000] },
    ],
  ],
  [
    'one option for each input',
    voice,
    ['sr=16000', 'input=[[0.5]]'],
    [
      { name: 'input', datatype: 'FP32', shape: [1, 1], data: [0.5] },
      { name: 'sr', datatype: 'INT64', shape: [], data: [16_000] },
    ],
  ],
  [
    'plain words',
    text,
    ['text=good day,bom dia'],
    [{ name: 'text', datatype: 'BYTES', shape: [2], data: ['good day', 'bom dia'] }],
  ],
  ['words with an equals sign', text, ['text=a=b'], [{ name: 'text', datatype: 'BYTES', shape: [1], data: ['a=b'] }]],
  ['truth values', flag, ['flag=true,false'], [{ name: 'flag', datatype: 'BOOL', shape: [2], data: [true, false] }]],
])('reads %s', (_what, signature, texts, tensors) => {
  expect(readInputs(texts, signature)).toEqual(tensors);
});

test.each([
  ['too few elements', flower, ['input=1,2,3'], 'input input has shape [-1,4], which 3 elements do not fill'],
  ['an unknown name', flower, ['inputs=1,2,3,4'], 'the model has no input inputs; it has input'],
  ['a word where a number belongs', flower, ['input=1,2,3,x'], 'x is no FP32 element'],
  [
    'a value without a name for a model with two inputs',
    voice,
    ['[1]'],
    '[1]: the model has 2 inputs; write <name>=<value> for each, or a JSON object',
  ],
])('refuses %s', (_what, signature, texts, message) => {
  expect(() => readInputs(texts, signature)).toThrow(message);
});
