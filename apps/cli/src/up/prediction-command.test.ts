import { expect, test } from 'vitest';
import { exampleBody } from './prediction-command.ts';

test('iris gets a real flower', () => {
  const body = exampleBody('iris', [{ name: 'input', datatype: 'FP32', shape: [-1, 4] }]);
  expect(body).toEqual({ inputs: [{ name: 'input', datatype: 'FP32', shape: [1, 4], data: [5.1, 3.5, 1.4, 0.2] }] });
});

test('another small model gets values of its datatypes', () => {
  const body = exampleBody('other', [
    { name: 'a', datatype: 'BYTES', shape: [-1] },
    { name: 'b', datatype: 'BOOL', shape: [2] },
    { name: 'c', datatype: 'INT64', shape: [] },
  ]);
  expect(body?.inputs).toEqual([
    { name: 'a', datatype: 'BYTES', shape: [1], data: ['hello'] },
    { name: 'b', datatype: 'BOOL', shape: [2], data: [false, false] },
    { name: 'c', datatype: 'INT64', shape: [], data: [0] },
  ]);
});

test.each([
  ['large inputs', { name: 'x', datatype: 'FP32' as const, shape: [1, 784] }],
  ['FP16, which has no JSON form', { name: 'x', datatype: 'FP16' as const, shape: [1] }],
  ["a name that would end the shell's quotes", { name: "x'; rm", datatype: 'FP32' as const, shape: [1] }],
])('no command is made for %s', (_what, input) => {
  expect(exampleBody('m', [input])).toBeNull();
});
