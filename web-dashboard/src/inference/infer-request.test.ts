import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeInferBody, inferPath, type InferCall } from './infer-request.ts';

const call: InferCall = { gatewayUrl: 'http://localhost:8000', model: 'm', inputs: [], outputs: [] };

describe('encodeInferBody', () => {
  test('writes the Open Inference Protocol', () => {
    const inputs = [{ name: 'x', datatype: 'FP32', shape: [1, 2], elements: ['1.5', '2'] }] as const;
    expect(JSON.parse(encodeInferBody({ ...call, inputs }).json)).toEqual({
      inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 2], data: [1.5, 2] }],
    });
  });

  test('any text goes through as it is', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1 }), (elements) => {
        const inputs = [{ name: 't', datatype: 'BYTES', shape: [elements.length], elements }] as const;
        const body = JSON.parse(encodeInferBody({ ...call, inputs }).json) as { inputs: { data: string[] }[] };
        expect(body.inputs[0]?.data).toEqual(elements);
      }),
    );
  });

  test('the largest integers keep their digits', () => {
    const inputs = [{ name: 'n', datatype: 'UINT64', shape: [1], elements: ['18446744073709551615'] }] as const;
    expect(encodeInferBody({ ...call, inputs }).json).toContain('"data":[18446744073709551615]');
  });

  test('FP16 goes in binary form and is asked back in it', () => {
    const inputs = [
      { name: 'half', datatype: 'FP16', shape: [2], elements: ['1', '-2'] },
      { name: 'n', datatype: 'INT32', shape: [1], elements: ['7'] },
    ] as const;
    const outputs = [
      { name: 'y', datatype: 'FP16', shape: [2] },
      { name: 'z', datatype: 'FP32', shape: [1] },
    ] as const;
    const { json, blob } = encodeInferBody({ ...call, inputs, outputs });
    expect(JSON.parse(json)).toEqual({
      inputs: [
        { name: 'half', datatype: 'FP16', shape: [2], parameters: { binary_data_size: 4 } },
        { name: 'n', datatype: 'INT32', shape: [1], data: [7] },
      ],
      outputs: [
        { name: 'y', parameters: { binary_data: true } },
        { name: 'z', parameters: { binary_data: false } },
      ],
    });
    // IEEE 754 half precision, little-endian: 1 is 0x3c00, -2 is 0xc000.
    expect([...blob]).toEqual([0x00, 0x3c, 0x00, 0xc0]);
  });
});

test('a name with a slash stays one part of the path', () => {
  expect(inferPath('team/model')).toBe('/v2/models/team%2Fmodel/infer');
});
