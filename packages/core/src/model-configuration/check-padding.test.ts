import { emptyConfiguration } from '@cluster-ai/testkit/empty-configuration.ts';
import { expect, test } from 'vitest';
import type { ModelSignature } from '../inference/signature.ts';
import { paddingProblems } from './check-padding.ts';
import type { PaddedDimension } from './model-configuration.ts';

const model: ModelSignature = {
  inputs: [
    { name: 'tokens', datatype: 'INT8', shape: [-1, -1] },
    { name: 'picture', datatype: 'FP32', shape: [-1, 3, -1, -1] },
    { name: 'fixed', datatype: 'FP32', shape: [-1, 4] },
    { name: 'texts', datatype: 'BYTES', shape: [-1, -1] },
  ],
  outputs: [],
};

const configuration = { ...emptyConfiguration, maxBatchSize: 8 };

function told(dimension: Partial<PaddedDimension>): string[] {
  const padding = [{ input: 'tokens', dim: 0, sizes: [4], value: 0, ...dimension }];
  return paddingProblems({ ...configuration, padding }, model).map(({ message, fix }) => `${message}; ${fix}`);
}

test('an open dimension of an input that clients send can be padded, with a value that it can have', () => {
  expect(paddingProblems(configuration, model)).toEqual([]);
  expect(told({})).toEqual([]);
  expect(told({ input: 'picture', dim: 2, value: -0.5 })).toEqual([]);
  expect(told({ input: 'token' })).toEqual(["the model has no input 'token'; did you mean 'tokens'?"]);
  expect(told({ input: 'picture' })).toEqual([
    "dim=0 of input 'picture' is not an open dimension: requests have [3, -1, -1]; write dim=1 or dim=2",
  ]);
  expect(told({ input: 'fixed' })).toEqual([
    "dim=0 of input 'fixed' is not an open dimension: requests have [4]; take it out",
  ]);
  expect(told({ input: 'texts' })).toEqual(["input 'texts' has texts, which are not padded; take it out"]);
  for (const value of [128, 0.5]) {
    expect(told({ value })).toEqual([
      `input 'tokens' is INT8, which has no value ${value}; write a whole number from -128 to 127`,
    ]);
  }
});
