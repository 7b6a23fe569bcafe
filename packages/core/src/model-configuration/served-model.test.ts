import { emptyConfiguration } from '@cluster-ai/testkit/empty-configuration.ts';
import { expect, test } from 'vitest';
import { hasBatchDimension } from '../inference/batch-dimension.ts';
import { checkFit } from './check-fit.ts';
import type { ModelConfiguration, RaggedBatching } from './model-configuration.ts';
import { servedModel } from './served-model.ts';
import { reshaped } from './served-tensor.ts';
import { wantedVersions } from './version-policy.ts';

const fp32 = (name: string, shape: readonly number[]) => ({ name, datatype: 'FP32' as const, shape });
const model = { inputs: [fp32('x', [-1, 4])], outputs: [fp32('y', [-1, 4]), fp32('z', [-1])] };
const input = (dims: readonly number[], reshape: readonly number[] | null = null) => ({
  name: 'x',
  datatype: 'FP32' as const,
  dims,
  reshape,
  format: 'NONE' as const,
});
const files = new Set<string>();

test('dims are those of one row behind the batch; open ones have the size that the model fixes', () => {
  const configuration = { ...emptyConfiguration, maxBatchSize: 8, inputs: [input([-1])] };
  expect(checkFit(configuration, model, files)).toEqual([]);
  const { signature } = servedModel(model, configuration);
  expect(signature).toMatchObject({ batched: true, inputs: [fp32('x', [-1, 4])], outputs: model.outputs });
});

test('without a batch dimension shapes are whole, and rows are not counted', () => {
  const configuration = { ...emptyConfiguration, maxBatchSize: 0, inputs: [input([-1, 4])] };
  expect(checkFit(configuration, model, files)).toEqual([]);
  expect(hasBatchDimension(model)).toBe(true);
  expect(hasBatchDimension(servedModel(model, configuration).signature)).toBe(false);
});

test('outputs that are not listed are not served', () => {
  const outputs = [{ ...input([4]), name: 'y', labelFile: null }];
  const { signature, outputs: served } = servedModel(model, { ...emptyConfiguration, maxBatchSize: 8, outputs });
  expect(signature.outputs.map(({ name }) => name)).toEqual(['y']);
  expect(served).toHaveLength(1);
});

test.each([
  [{ inputs: [input([4])], maxBatchSize: 0 }, 'input[0].dims'],
  [{ inputs: [input([5])], maxBatchSize: 4 }, 'input[0].dims'],
  [{ inputs: [{ ...input([4]), datatype: 'INT8' as const }], maxBatchSize: 4 }, 'input[0].data_type'],
  [{ inputs: [{ ...input([4]), name: 'X1' }], maxBatchSize: 4 }, 'input[0].name'],
  [{ outputs: [{ ...input([4]), name: 'y', labelFile: 'l.txt' }], maxBatchSize: 4 }, 'output[0].label_filename'],
])('%j does not fit, at %s', (change, place) => {
  expect(checkFit({ ...emptyConfiguration, ...change }, model, files)[0]).toMatchObject({ place });
});

test('a model whose first dimension is fixed has no batch', () => {
  const fixed = { inputs: [fp32('x', [1, 4])], outputs: [fp32('y', [1, 4])] };
  expect(checkFit({ ...emptyConfiguration, maxBatchSize: 4 }, fixed, files)[0]).toMatchObject({
    place: 'max_batch_size',
    message: expect.stringContaining('without an open first dimension'),
  });
});

const sample = (name: string, dims: readonly number[], datatype: 'FP32' | 'INT8' = 'FP32') => ({
  name: 'w',
  count: 1,
  batchSize: 2,
  inputs: [{ name, datatype, dims, data: { kind: 'zero' as const } }],
});

test.each([
  [4, sample('x', [4]), []],
  [0, { ...sample('x', [3, 4]), batchSize: 1 }, []],
  [4, sample('x', [3]), ["input 'x' has dims [3] here, and requests have [4] behind the batch; write dims: [ 4 ]"]],
  [
    0,
    { ...sample('x', [4]), batchSize: 1 },
    ["input 'x' has dims [4] here, and requests have [-1, 4]; write dims: [ 4, 4 ]"],
  ],
  [4, sample('x', [4], 'INT8'), ["input 'x' is INT8 here and FP32 in the model; write data_type: TYPE_FP32"]],
  [
    4,
    sample('X', [4]),
    [
      "the model has no input 'X'; did you mean 'x'?",
      `the sample lacks the input 'x'; add inputs { key: "x" value { data_type: TYPE_FP32 dims: [ 4 ] zero_data: true } }`,
    ],
  ],
  [1, sample('x', [4]), ['batch_size is 2, and requests have 1 rows at most; write batch_size: 1']],
])('with max_batch_size %d, a sample to warm up with: %j', (maxBatchSize, warmUp, told) => {
  const problems = checkFit({ ...emptyConfiguration, maxBatchSize, warmUps: [warmUp] }, model, files);
  expect(problems.map(({ message, fix }) => `${message}; ${fix}`)).toEqual(told);
});

test.each([
  [[4], []],
  [[-1], []],
  [[5], ["input 'x' has the shape [-1, 4] in the model, and [-1, 5] by its role here"]],
  [[], ["input 'x' has the shape [-1, 4] in the model, and [-1] by its role here"]],
])('a state of the dims %j', (dims, told) => {
  const state = { input: 'x', output: 'y', datatype: 'FP32' as const, dims, initialFile: null, initialDims: [] };
  const sequenceBatching = { maxIdleMicroseconds: 1, maxCandidateSequences: null, controls: [], states: [state] };
  const problems = checkFit({ ...emptyConfiguration, maxBatchSize: 4, sequenceBatching }, model, files);
  expect(problems.map(({ message }) => message).filter((message) => message.startsWith('input'))).toEqual(told);
});

test('a configuration of which nothing fits is not compared with a large model to its end', () => {
  const large = {
    ...model,
    inputs: Array.from({ length: 4_096 }, (_, index) => fp32(`${'x'.repeat(100)}${index}`, [1])),
  };
  const names = Array.from({ length: 1_000 }, (_, index) => `${'y'.repeat(100)}${index}`);
  const inputs = names.map((name) => ({ ...input([1]), name }));
  const sample = { name: 'all', count: 1, batchSize: 1 };
  const data = { kind: 'zero' as const };
  const warmUps = [{ ...sample, inputs: names.map((name) => ({ name, datatype: 'FP32' as const, dims: [1], data })) }];
  const beganMs = performance.now();
  const problems = checkFit({ ...emptyConfiguration, inputs, warmUps }, large, files);
  const tookMs = performance.now() - beganMs;
  console.log(`the comparison took ${tookMs.toFixed(0)} ms`);
  expect(tookMs).toBeLessThan(10_000);
  expect(problems[0]?.fix).toMatch(/, and 4076 more$/);
});

test('open dimensions are carried over one by one when a tensor is reshaped', () => {
  expect(reshaped([2, 1], [-1, 1], [-1])).toEqual([2]);
  expect(reshaped([2, 3, 5], [-1, -1, 5], [-1, 5, -1])).toEqual([2, 5, 3]);
  expect(reshaped([2], [-1, 1], [-1])).toBeNull();
  expect(reshaped([2, 2], [-1, 1], [-1])).toBeNull();
});

test('a version policy wants the newest first', () => {
  const present = [1, 3, 2];
  expect(wantedVersions(null, present)).toEqual([3]);
  expect(wantedVersions({ kind: 'all' }, present)).toEqual([3, 2, 1]);
  expect(wantedVersions({ kind: 'latest', count: 2 }, present)).toEqual([3, 2]);
  expect(wantedVersions({ kind: 'specific', versions: [1, 9] }, present)).toEqual([1]);
});

test('flat tensors have one open dimension in the model, and made inputs are none of the clients’', () => {
  const tensor = (name: string, datatype: 'FP32' | 'INT32', shape: number[]) => ({ name, datatype, shape });
  const model = {
    inputs: [tensor('x', 'FP32', [-1]), tensor('places', 'INT32', [-1])],
    outputs: [tensor('y', 'FP32', [-1])],
  };
  const ragged: RaggedBatching = {
    inputs: ['x'],
    batchInputs: [{ input: 'places', kind: 'BATCH_ELEMENT_COUNT', datatype: 'INT32', source: 'x' }],
    batchOutputs: [{ output: 'y', source: 'x' }],
  };
  const configuration: ModelConfiguration = {
    ...emptyConfiguration,
    maxBatchSize: 4,
    inputs: [input([-1])],
    outputs: [{ name: 'y', datatype: 'FP32', dims: [-1], reshape: null, labelFile: null }],
    ragged,
  };
  expect(checkFit(configuration, model, new Set())).toEqual([]);
  const served = servedModel(model, configuration);
  expect(served.signature.inputs).toEqual([tensor('x', 'FP32', [-1, -1])]);
  expect(served.inputs.map(({ signature }) => signature.name)).toEqual(['x', 'places']);
  const wide = { ...model, inputs: [tensor('x', 'FP32', [-1, -1]), tensor('places', 'FP32', [-1, 1])] };
  expect(checkFit(configuration, wide, new Set()).map(({ place, message }) => `${place}: ${message}`)).toEqual([
    "input[0].allow_ragged_batch: input 'x' has the shape [-1, -1] in the model, and allow_ragged_batch needs one open dimension, [-1], for the elements of all requests",
    "batch_input[0].data_type: input 'places' is INT32 here and FP32 in the model",
  ]);
});
