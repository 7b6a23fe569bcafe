import { expect, test } from 'vitest';
import { carriedStates } from './carry-state.ts';

const inputs = [
  { name: 'input', datatype: 'FP32', shape: [-1, -1] },
  { name: 'state', datatype: 'FP32', shape: [2, -1, 2] },
] as const;

test('the new state becomes the next call’s state', () => {
  const outputs = [
    { name: 'output', datatype: 'FP32', shape: [1, 1], elements: ['0.5'] },
    { name: 'stateN', datatype: 'FP32', shape: [2, 1, 2], elements: ['1', '2', '3', '4'] },
  ] as const;
  expect(carriedStates(inputs, outputs)).toEqual([
    { output: 'stateN', input: 'state', draft: { text: '1, 2, 3, 4', shapeText: '2, 1, 2' } },
  ]);
});

test('an output of another shape or datatype is no state', () => {
  const other = [
    { name: 'stateN', datatype: 'FP32', shape: [3, 1, 2], elements: [] },
    { name: 'state_out', datatype: 'INT64', shape: [2, 1, 2], elements: [] },
  ] as const;
  expect(carriedStates(inputs, other)).toEqual([]);
});
