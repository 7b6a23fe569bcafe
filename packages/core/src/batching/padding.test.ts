import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { InferenceRequest } from '../inference/request.ts';
import { datatypes, elementBytes } from '../tensors/datatype.ts';
import type { Tensor } from '../tensors/tensor.ts';
import { cutOutputs, cutTensor, findCuts, padRequest, padTensor } from './padding.ts';

const fp32 = (name: string, shape: readonly number[], values: readonly number[]): Tensor => ({
  name,
  datatype: 'FP32',
  shape,
  data: new Uint8Array(Float32Array.from(values).buffer),
});

const numbers = ({ data }: Tensor): number[] => [...new Float32Array(data.slice().buffer)];

const request = (...inputs: Tensor[]): InferenceRequest => ({
  modelName: 'm',
  modelVersion: null,
  id: null,
  inputs,
  outputNames: [],
  parameters: {},
});

const dimension = { input: 'x', dim: 0, sizes: [4, 8], value: 9 };

test('elements are put behind those of each row', () => {
  const padded = padTensor(fp32('x', [2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]), 1, 3, 9);
  expect(padded.shape).toEqual([2, 3, 2]);
  expect(numbers(padded)).toEqual([1, 2, 3, 4, 9, 9, 5, 6, 7, 8, 9, 9]);
});

test('a request gets the next size, stays itself when it has one, and is left alone when it is longer than all', () => {
  const short = request(fp32('x', [1, 3], [1, 2, 3]), fp32('y', [1, 1], [5]));
  expect(padRequest(short, [dimension])?.inputs.map(numbers)).toEqual([[1, 2, 3, 9], [5]]);
  const fitting = request(fp32('x', [1, 8], [1, 2, 3, 4, 5, 6, 7, 8]));
  expect(padRequest(fitting, [dimension])).toBe(fitting);
  const long = fp32('y', [1, 9], [1, 2, 3, 4, 5, 6, 7, 8, 9]);
  const other = { ...dimension, input: 'y' };
  expect(padRequest(request(fp32('x', [1, 3], [1, 2, 3]), long), [dimension, other])).toBeNull();
});

test('dimensions of outputs that follow are found and cut; those that follow in another way are told', () => {
  const answered = [2, 3].map((size) => ({
    request: request(
      fp32(
        'x',
        [1, size],
        Array.from({ length: size }, () => 0),
      ),
    ),
    outputs: [
      fp32(
        'y',
        [1, 2, size],
        Array.from({ length: 2 * size }, (_, index) => index),
      ),
      fp32('z', [1, 1], [0]),
    ],
  }));
  const cuts = [{ output: 'y', axis: 2, input: 'x', inputAxis: 1 }];
  expect(findCuts(answered, [dimension])).toEqual(cuts);
  const padded = fp32('y', [1, 2, 4], [0, 1, 7, 7, 2, 3, 7, 7]);
  const [first] = answered;
  expect(cutOutputs([padded], cuts, first?.request ?? request()).map(numbers)).toEqual([[0, 1, 2, 3]]);
  expect(() => cutOutputs([fp32('y', [1, 2, 1], [0, 1])], cuts, first?.request ?? request())).toThrow('at least 2');
  const doubled = answered.map(({ request: asked, outputs }, index) => ({
    request: asked,
    outputs: outputs.map((output) => ({ ...output, shape: [1, (index + 2) * 2] })),
  }));
  expect(findCuts(doubled, [dimension])).toContain("output 'y' changes");
});

test('what was padded in any dimension is cut to what it was, whatever the datatype and the value', () => {
  const numeric = datatypes.filter((datatype) => datatype !== 'BYTES');
  fc.assert(
    fc.property(
      fc.constantFrom(...numeric),
      fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 4 }),
      fc.nat(),
      fc.nat(5),
      fc.tuple(fc.constantFrom(0, 1), fc.infiniteStream(fc.nat(1))),
      (datatype, shape, which, more, [value, bits]) => {
        const axis = which % shape.length;
        const count = shape.reduce((product, size) => product * size, 1);
        const data = Uint8Array.from({ length: count * elementBytes[datatype] }, () => bits.next().value ?? 0);
        const tensor: Tensor = { name: 'x', datatype, shape, data };
        const size = (shape[axis] ?? 0) + more;
        const padded = padTensor(tensor, axis, size, value);
        expect(padded.shape).toEqual(shape.with(axis, size));
        const elements = padded.shape.reduce((product, each) => product * each, 1);
        expect(padded.data.byteLength).toBe(elements * elementBytes[datatype]);
        expect(cutTensor(padded, axis, shape[axis] ?? 0)).toEqual(tensor);
      },
    ),
  );
});
