import { describe, expect, test } from 'vitest';
import { decodeInferAnswer, quoteFragileNumbers } from './infer-response.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

describe('decodeInferAnswer', () => {
  test('reads nested and flat data', () => {
    const text =
      '{"model_name":"m","model_version":"3","outputs":[{"name":"p","datatype":"FP32","shape":[1,2],"data":[[0.25,0.75]]}]}';
    expect(decodeInferAnswer(bytes(text), null)).toEqual({
      modelName: 'm',
      modelVersion: '3',
      outputs: [{ name: 'p', datatype: 'FP32', shape: [1, 2], elements: ['0.25', '0.75'] }],
    });
  });

  test('reads what plain JSON cannot hold', () => {
    const text =
      '{"model_name":"m","outputs":[{"name":"x","datatype":"FP32","shape":[3],"data":[NaN,-Infinity,Infinity]},{"name":"n","datatype":"INT64","shape":[1],"data":[9223372036854775807]}]}';
    const { outputs } = decodeInferAnswer(bytes(text), null);
    expect(outputs[0]?.elements).toEqual(['NaN', '-Infinity', 'Infinity']);
    expect(outputs[1]?.elements).toEqual(['9223372036854775807']);
  });

  test('reads FP16 behind the JSON', () => {
    const head = bytes(
      '{"model_name":"m","outputs":[{"name":"y","datatype":"FP16","shape":[2],"parameters":{"binary_data_size":4}}]}',
    );
    const body = new Uint8Array([...head, 0x00, 0x3c, 0x66, 0x2e]);
    expect(decodeInferAnswer(body, String(head.byteLength)).outputs[0]?.elements).toEqual(['1', '0.09998']);
  });

  test('refuses an answer of another kind', () => {
    expect(() => decodeInferAnswer(bytes('{"predictions":[1]}'), null)).toThrow('model_name');
  });

  test('refuses an object among the elements, whatever it holds', () => {
    const text =
      '{"model_name":"m","outputs":[{"name":"y","datatype":"INT64","shape":[1],"data":[1,[{"toString":1}]]}]}';
    expect(() => decodeInferAnswer(bytes(text), null)).toThrow('An output holds an object where a value belongs');
  });
});

test('numbers inside strings are left alone', () => {
  const json = '["NaN is 12345678901234567890, \\"Infinity\\"",NaN,12345678901234567890,1.5e300]';
  expect(quoteFragileNumbers(json)).toBe(
    '["NaN is 12345678901234567890, \\"Infinity\\"","NaN","12345678901234567890",1.5e300]',
  );
});
