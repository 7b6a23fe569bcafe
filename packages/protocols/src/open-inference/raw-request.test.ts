import type { Datatype } from '@cluster-ai/core/tensors/datatype.ts';
import { describe, expect, test } from 'vitest';
import { decodeRequest } from './decode-request.ts';

function decodeRaw(inputs: readonly (readonly [datatype: Datatype, shape: readonly number[]])[], body: Uint8Array) {
  const signature = {
    inputs: inputs.map(([datatype, shape], index) => ({ name: `INPUT${index}`, datatype, shape })),
    outputs: inputs.map(([datatype, shape], index) => ({ name: `OUTPUT${index}`, datatype, shape })),
  };
  return decodeRequest(body, '0', 'simple', '2', { signature: () => signature });
}

const sixteen = new Uint8Array(64);

describe('the shape comes from the model and the size', () => {
  test.each([
    ['one row', 'INT32', [-1, 16], [1, 16]],
    ['no batch dimension', 'INT32', [16], [16]],
    ['a free dimension behind the batch', 'INT32', [-1, 2, -1], [1, 2, 8]],
    ['a free dimension alone, which is the batch', 'FP64', [-1], [1]],
    ['nothing but fixed ones', 'INT8', [4, 16], [4, 16]],
  ] as const)('%s', (_what, datatype, shape, expected) => {
    const { request, form } = decodeRaw([[datatype, shape]], sixteen);
    expect(request.inputs).toEqual([{ name: 'INPUT0', datatype, shape: expected, data: sixteen }]);
    expect(request).toMatchObject({ modelName: 'simple', modelVersion: '2', id: null, outputNames: [] });
    expect(form).toEqual({ outputs: [], binaryByDefault: true });
  });

  test('a text is the body as it is', () => {
    const { request } = decodeRaw([['BYTES', [-1, 1]]], Uint8Array.of(104, 105));
    expect(request.inputs[0]).toMatchObject({ shape: [1, 1], data: Uint8Array.of(2, 0, 0, 0, 104, 105) });
  });

  test('no bytes are no elements', () => {
    expect(decodeRaw([['FP32', [-1, -1]]], new Uint8Array(0)).request.inputs[0]?.shape).toEqual([1, 0]);
  });
});

describe("what cannot be told is refused in Triton's words", () => {
  test.each([
    [
      [
        ['INT32', [-1, 16]],
        ['INT32', [-1, 16]],
        ['INT32', [-1, 16]],
      ],
      "Raw request must only have 1 input (found 1) to be deduced but got 3 inputs in 'simple' model configuration",
    ],
    [
      [['INT32', [-1, -1, -1]]],
      "The shape of the raw input 'INPUT0' can not be deduced because there are more than one variable-sized dimension",
    ],
    [[['BYTES', [-1, 2]]], "For BYTE datatype raw input 'INPUT0', the model must have input shape [1]"],
    [[['BYTES', [-1, -1]]], "For BYTE datatype raw input 'INPUT0', the model must have input shape [1]"],
  ] as const)('%#', (inputs, message) => {
    expect(() => decodeRaw(inputs, sixteen)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT', message }));
  });
});
