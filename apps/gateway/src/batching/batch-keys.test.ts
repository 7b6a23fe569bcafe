import type { InferenceRequest } from '@cluster-ai/core/inference/request.ts';
import type { ModelSignature } from '@cluster-ai/core/inference/signature.ts';
import { expect, test } from 'vitest';
import { BatchKeys } from './batch-keys.ts';
import { mergeInputs } from './merge-inputs.ts';

const signature: ModelSignature = {
  inputs: [
    { name: 'ids', datatype: 'INT32', shape: [-1, -1] },
    { name: 'scale', datatype: 'FP32', shape: [-1, 1] },
  ],
  outputs: [
    { name: 'a', datatype: 'FP32', shape: [-1, 1] },
    { name: 'b', datatype: 'FP32', shape: [-1, 1] },
  ],
};

function requestOf(
  rows: number,
  length: number,
  outputNames: readonly string[] = [],
  scaleRows = rows,
): InferenceRequest {
  return {
    modelName: 'm',
    modelVersion: null,
    id: null,
    outputNames,
    parameters: {},
    inputs: [
      { name: 'ids', datatype: 'INT32', shape: [rows, length], data: new Uint8Array(4 * rows * length) },
      { name: 'scale', datatype: 'FP32', shape: [scaleRows, 1], data: new Uint8Array(4 * scaleRows) },
    ],
  };
}

test('requests merge when they agree in all but rows', () => {
  const keys = new BatchKeys(signature, true);
  expect(keys.keyOf(requestOf(1, 7))).toBe(keys.keyOf(requestOf(5, 7)));
  expect(keys.keyOf(requestOf(1, 7))).not.toBe(keys.keyOf(requestOf(1, 8)));
});

test('requests for the same outputs merge, in whatever order they name them; others do not', () => {
  const keys = new BatchKeys(signature, true);
  expect(keys.keyOf(requestOf(1, 7, ['a', 'b']))).toBe(keys.keyOf(requestOf(1, 7, ['b', 'a'])));
  expect(keys.keyOf(requestOf(1, 7, ['a']))).not.toBe(keys.keyOf(requestOf(1, 7, ['b'])));
  expect(keys.keyOf(requestOf(1, 7, ['a', 'b']))).not.toBe(keys.keyOf(requestOf(1, 7)));
});

test.each([
  ['whose inputs differ in rows', requestOf(2, 7, [], 1)],
  ['without rows', requestOf(0, 7)],
])('a request %s runs alone', (_what, request) => {
  expect(new BatchKeys(signature, true).keyOf(request)).toBeNull();
});

test('a scalar input, or a model that does not merge, makes requests run alone', () => {
  const scalar: ModelSignature = { inputs: [{ name: 's', datatype: 'FP32', shape: [] }], outputs: [] };
  const request = {
    ...requestOf(1, 1),
    inputs: [{ name: 's', datatype: 'FP32' as const, shape: [], data: new Uint8Array(4) }],
  };
  expect(new BatchKeys(scalar, true).keyOf(request)).toBeNull();
  expect(new BatchKeys(signature, false).keyOf(requestOf(1, 7))).toBeNull();
});

test('merged inputs are in the order of the signature, and their parts are not copied', () => {
  const first = requestOf(1, 2);
  const second = { ...requestOf(3, 2), inputs: requestOf(3, 2).inputs.toReversed() };
  const [ids, scale] = mergeInputs(signature, [first, second]);
  expect(ids).toMatchObject({ name: 'ids', shape: [4, 2] });
  expect(scale).toMatchObject({ name: 'scale', shape: [4, 1] });
  expect(ids?.parts[0]).toBe(first.inputs[0]?.data);
  expect(ids?.parts[1]).toBe(second.inputs[1]?.data);
});
