import { describe, expect, test } from 'vitest';
import type { Tensor } from '../tensors/tensor.ts';
import type { InferenceRequest } from './request.ts';
import { validateRequest } from './validate-request.ts';

const signature = {
  inputs: [
    { name: 'INPUT0', datatype: 'INT32' as const, shape: [-1, 16] },
    { name: 'INPUT1', datatype: 'BYTES' as const, shape: [1] },
  ],
  outputs: [{ name: 'OUTPUT0', datatype: 'INT32' as const, shape: [-1, 16] }],
};

const first: Tensor = { name: 'INPUT0', datatype: 'INT32', shape: [2, 16], data: new Uint8Array(128) };
const second: Tensor = { name: 'INPUT1', datatype: 'BYTES', shape: [1], data: Uint8Array.of(1, 0, 0, 0, 65) };

function request(inputs: readonly Tensor[], outputNames: readonly string[] = []): InferenceRequest {
  return { modelName: 'simple', modelVersion: null, id: null, inputs, outputNames, parameters: {} };
}

describe('a request that fits', () => {
  test.each([
    ['in the order of the model', request([first, second])],
    ['in another order', request([second, first])],
    ['with no rows', request([{ ...first, shape: [0, 16], data: new Uint8Array(0) }, second])],
    ['with a wanted output', request([first, second], ['OUTPUT0', 'OUTPUT0'])],
  ])('%s is taken', (_, fitting) => {
    expect(() => validateRequest(fitting, signature)).not.toThrow();
  });
});

describe('a request that does not fit is refused in the words that clients know', () => {
  test.each([
    [
      'missing input',
      request([first]),
      "expected 2 inputs but got 1 inputs for model 'simple'. Got input(s) ['INPUT0'], but missing required input(s) ['INPUT1']. Please provide all required input(s).",
    ],
    [
      'no input',
      request([]),
      "expected 2 inputs but got 0 inputs for model 'simple'. Got input(s) [], but missing required input(s) ['INPUT0','INPUT1']. Please provide all required input(s).",
    ],
    [
      'unknown input',
      request([first, { ...second, name: 'INPUT2' }]),
      "unexpected inference input 'INPUT2' for model 'simple'; it takes ['INPUT0','INPUT1']",
    ],
    [
      'name of an object member',
      request([{ ...first, name: 'constructor' }]),
      "unexpected inference input 'constructor' for model 'simple'; it takes ['INPUT0','INPUT1']",
    ],
    ['input given twice', request([first, first]), "input 'INPUT0' already exists in request for model 'simple'"],
    [
      'datatype',
      request([{ ...first, datatype: 'FP32' }, second]),
      "inference input 'INPUT0' data-type is 'FP32', but model 'simple' expects 'INT32'",
    ],
    [
      'dimension',
      request([{ ...first, shape: [1, 15] }, second]),
      "unexpected shape for input 'INPUT0' for model 'simple'. Expected [-1,16], got [1,15].",
    ],
    [
      'rank',
      request([{ ...first, shape: [16] }, second]),
      "unexpected shape for input 'INPUT0' for model 'simple'. Expected [-1,16], got [16].",
    ],
    [
      'byte count',
      request([{ ...first, data: new Uint8Array(64) }, second]),
      "input byte size mismatch for input 'INPUT0': expected 128 bytes for shape [2,16] of INT32, got 64",
    ],
    [
      'string count',
      request([first, { ...second, data: new Uint8Array(0) }]),
      "expected 1 string elements for input 'INPUT1', got 0",
    ],
    [
      'unknown output',
      request([first, second], ['OUTPUT1']),
      "unexpected inference output 'OUTPUT1' for model 'simple'",
    ],
  ])('%s', (_, wrong, message) => {
    expect(() => validateRequest(wrong, signature)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', message }),
    );
  });

  test('a negative dimension never matches one that is free', () => {
    const negative = request([{ ...first, shape: [-1, 16] }, second]);
    expect(() => validateRequest(negative, signature)).toThrow(
      expect.objectContaining({ code: 'DIMENSION_NOT_UNSIGNED' }),
    );
  });
});

test('of very many inputs, too, each may be given once', () => {
  const many = Array.from({ length: 70 }, (_, place) => ({
    name: `in${place}`,
    datatype: 'UINT8' as const,
    shape: [1],
  }));
  const inputs = many.map((input) => ({ ...input, data: new Uint8Array(1) }));
  const wide = { inputs: many, outputs: [] };
  expect(() => validateRequest(request(inputs), wide)).not.toThrow();
  expect(() => validateRequest(request([...inputs, ...inputs.slice(64)]), wide)).toThrow("input 'in64' already exists");
  expect(() => validateRequest(request(inputs.slice(1)), wide)).toThrow('expected 70 inputs but got 69 inputs');
});
