import type { ModelSignature } from '@cluster-ai/core/inference/signature.ts';
import { encodeBytesElements } from '@cluster-ai/core/tensors/bytes-elements.ts';
import { describe, expect, test } from 'vitest';
import { decodePredict, encodePredict } from './predict.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const one: ModelSignature = { inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 2] }], outputs: [] };
const two: ModelSignature = {
  inputs: [
    { name: 'a', datatype: 'INT64', shape: [-1] },
    { name: 'b', datatype: 'BYTES', shape: [-1, 1] },
  ],
  outputs: [],
};

const texts: ModelSignature = { inputs: [{ name: 't', datatype: 'BYTES', shape: [-1, 1] }], outputs: [] };

const decode = (text: string, signature: ModelSignature = one) => decodePredict(encode(text), 'm', () => signature);
const floats = (...values: number[]) => new Uint8Array(Float32Array.of(...values).buffer);

describe('requests', () => {
  test('a row for each instance', () => {
    expect(decode('{"instances":[[1,2],[3,4.5]]}').inputs).toEqual([
      { name: 'x', datatype: 'FP32', shape: [2, 2], data: floats(1, 2, 3, 4.5) },
    ]);
    expect(decode('{"instances":[{"x":[1,2]}]}').inputs[0]?.shape).toEqual([1, 2]);
    expect(decode('{"instances":[]}').inputs[0]?.shape).toEqual([0, 2]);
    expect(decode('{"inputs":[[1,2]]}').inputs).toEqual(decode('{"instances":[[1,2]]}').inputs);
  });

  test('bytes in base64, beside texts, alone and by name', () => {
    const { data, shape } = decode('{"instances":[[{"b64":"/wA="}],["x"]]}', texts).inputs[0] ?? { data: null };
    expect([shape, data]).toEqual([[2, 1], encodeBytesElements([Uint8Array.of(255, 0), encode('x')])]);
    const row: ModelSignature = { inputs: [{ name: 't', datatype: 'BYTES', shape: [-1] }], outputs: [] };
    const bytes = encodeBytesElements([encode('hello')]);
    for (const body of ['{"instances":[{"b64":"aGVsbG8="}]}', '{"instances":[{"t":{"b64":"aGVsbG8="}}]}']) {
      expect(decode(body, row).inputs[0]).toMatchObject({ shape: [1], data: bytes });
    }
  });

  test('several inputs by their names, integers exact', () => {
    const { inputs } = decode('{"instances":[{"b":["x"],"a":9007199254740993},{"a":-1,"b":["y"]}]}', two);
    expect(inputs).toEqual([
      {
        name: 'a',
        datatype: 'INT64',
        shape: [2],
        data: new Uint8Array(BigInt64Array.of(9007199254740993n, -1n).buffer),
      },
      { name: 'b', datatype: 'BYTES', shape: [2, 1], data: encodeBytesElements([encode('x'), encode('y')]) },
    ]);
  });

  test.each([
    ['{}', one, 'Expected "instances" to be a list'],
    ['{"instances":{}}', one, 'Expected "instances" to be a list'],
    ['{"inputs":{"x":[[1,2]]}}', one, 'Expected "inputs" to be a list'],
    ['{"instances":[[1,2]],"inputs":[[1,2]]}', one, 'Expected "instances" or "inputs", got both'],
    ['{"instances":[[{"b64":"?"}]]}', texts, '"b64" of element 0 of input \'t\' is not base64'],
    [
      '{"instances":[[{"b64":"aGVsbG8="},2]]}',
      texts,
      "Unable to parse 'data' of input 't': element 1 is 2, which is not a value of BYTES",
    ],
    [
      '{"instances":[[{"b64":"AA=="},1]]}',
      one,
      "Unable to parse 'data' of input 'x': element 0 is an object, which is not a value of FP32",
    ],
    ['{"instances":[[1,2],[3]]}', one, "the lists of input 'x' differ in length at dimension 1"],
    ['{"instances":[[1,2],3]}', one, "the lists of input 'x' differ in length at dimension 1"],
    ['{"instances":[[1,[2]]]}', one, "the lists of input 'x' differ in length at dimension 2"],
    ['{"instances":[1]}', two, 'instance 0 is no object: the model has 2 inputs, and each needs its name'],
    ['{"instances":[{"a":1}]}', two, "instance 0 has no value for input 'b'"],
    ['{"instances":[{"x":[1,2],"y":1}]}', one, "instance 0 has a value for 'y', which is no input"],
    [
      '{"instances":[["a","b"]]}',
      one,
      "Unable to parse 'data' of input 'x': element 0 is \"a\", which is not a value of FP32",
    ],
    [`{"instances":${'['.repeat(40)}${']'.repeat(40)}}`, one, "input 'x' has more than 32 dimensions"],
  ])('%s', (text, signature, message) => {
    expect(() => decode(text, signature)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT', message }));
  });
});

describe('answers', () => {
  const tensor = (shape: readonly number[], ...values: number[]) =>
    ({ name: 'y', datatype: 'FP32', shape, data: floats(...values) }) as const;

  test.each([
    [[2], [1, 0.5], '[1,0.5]'],
    [[2, 2], [1, 2, 3, 4], '[[1,2],[3,4]]'],
    [[1, 2, 1], [1, 2], '[[[1],[2]]]'],
    [[], [7], '[7]'],
    [[2, 0], [], '[[],[]]'],
    [[2, 3, 0], [], '[[[],[],[]],[[],[],[]]]'],
    [[2, 0, 3], [], '[[],[]]'],
    [[0, 2], [], '[]'],
  ])('one output of shape %j', (shape, values, text) => {
    expect(encodePredict([tensor(shape, ...values)])).toBe(`{"predictions":${text}}`);
  });

  test('several outputs by their names, texts with commas', () => {
    const texts = {
      name: 'z',
      datatype: 'BYTES',
      shape: [2],
      data: encodeBytesElements([encode('a,b'), encode('')]),
    } as const;
    expect(encodePredict([tensor([2, 1], 1, 2), texts])).toBe('{"predictions":[{"y":[1],"z":"a,b"},{"y":[2],"z":""}]}');
  });

  test('outputs without rows in common are told as such', () => {
    expect(() => encodePredict([tensor([2], 1, 2), { ...tensor([1], 1), name: 'z' }])).toThrow(
      expect.objectContaining({ code: 'MODEL_EXECUTION_FAILED' }),
    );
  });

  test('no output is no prediction', () => {
    expect(encodePredict([])).toBe('{"predictions":[]}');
  });
});
