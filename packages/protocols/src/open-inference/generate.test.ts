import type { ModelSignature } from '@cluster-ai/core/inference/signature.ts';
import { encodeBytesElements } from '@cluster-ai/core/tensors/bytes-elements.ts';
import { describe, expect, test } from 'vitest';
import { decodeGenerate, encodeGenerate, generateEvent } from './generate.ts';

const encode = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

const model: ModelSignature = {
  inputs: [
    { name: 'text_input', datatype: 'BYTES', shape: [-1, 1] },
    { name: 'limits', datatype: 'INT32', shape: [2, -1] },
    { name: 'pad', datatype: 'INT64', shape: [-1, -1, 2] },
  ],
  outputs: [{ name: 'text_output', datatype: 'BYTES', shape: [-1, 1] }],
};

function decodeWhole(text: string, signature: ModelSignature = model) {
  return decodeGenerate(encode(text), { modelName: 'llm', modelVersion: null, signature: () => signature });
}

const decode = (text: string, signature?: ModelSignature) => decodeWhole(text, signature).request;

describe('requests', () => {
  test('members that are named like inputs are inputs, the others are parameters, wherever they stand', () => {
    const { inputs, parameters, id } = decode(
      '{"id":"r-1","text_input":"hello","stream":false,"parameters":{"limits":[1,2,3,4],"seed":9007199254740993}}',
    );
    expect(id).toBe('r-1');
    expect(inputs).toEqual([
      { name: 'text_input', datatype: 'BYTES', shape: [1, 1], data: encodeBytesElements([encode('hello')]) },
      {
        name: 'limits',
        datatype: 'INT32',
        shape: [2, 2],
        data: new Uint8Array(Int32Array.of(1, 2, 3, 4).buffer),
      },
    ]);
    expect(parameters).toEqual({ stream: false, seed: 9007199254740993n });
  });

  test('the innermost free dimension takes what there is', () => {
    expect(decode('{"pad":[1,2,3,4,5,6]}').inputs[0]?.shape).toEqual([1, 3, 2]);
    expect(decode('{"text_input":[]}').inputs[0]?.shape).toEqual([0, 1]);
  });

  test('no body is a request without inputs', () => {
    expect(decode('').inputs).toEqual([]);
  });

  test('an ordinary infer request is read as one, and wants an ordinary answer', () => {
    const text = '{"inputs":[{"name":"text_input","datatype":"BYTES","shape":[1,1],"data":["a"]}]}';
    const { request, form } = decodeWhole(text);
    expect(request.inputs[0]).toMatchObject({ name: 'text_input', shape: [1, 1] });
    expect(form).toEqual({ outputs: [], binaryByDefault: false });
    expect(decodeWhole('{"text_input":"a"}').form).toBeNull();
    const exact = decodeWhole('{"inputs":[],"parameters":{"sequence_id":9007199254740993}}');
    expect(exact.request.parameters).toEqual({ sequence_id: 9007199254740993n });
  });

  test.each([
    ['{"limits":[1,2,3]}', "The schema can not convert input 'limits' to tensor with proper shape"],
    ['{"parameters":1}', "Expected JSON object for keyword: 'parameters'"],
    ['{"other":[1]}', "parameter 'other' has invalid type. It should be either 'int', 'bool', or 'string'."],
    ['{"triton_x":1}', "parameter keys starting with 'triton_' are reserved for the server: 'triton_x'"],
    [
      '{"limits":["a","b"]}',
      "Unable to parse 'data' of input 'limits': element 0 is \"a\", which is not a value of INT32",
    ],
    ['[]', 'failed to parse the request JSON buffer: a JSON object is expected'],
  ])('%s', (text, message) => {
    expect(() => decode(text)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT', message }));
  });

  test('a model whose input is called like the keyword', () => {
    const signature = { inputs: [{ name: 'parameters', datatype: 'INT8', shape: [1] }], outputs: [] } as const;
    expect(() => decode('{"parameters":{}}', signature)).toThrow(
      "Keyword 'parameters' for nested schema also given as input tensor name",
    );
  });
});

test('an answer has a single value without brackets, and is one event of a stream', () => {
  const response = {
    id: null,
    modelName: 'llm',
    modelVersion: '2',
    outputs: [
      { name: 'text_output', datatype: 'BYTES', shape: [1, 1], data: encodeBytesElements([encode('olá')]) },
      { name: 'scores', datatype: 'FP32', shape: [2], data: new Uint8Array(Float32Array.of(0.1, 2).buffer) },
      { name: 'none', datatype: 'FP32', shape: [0], data: new Uint8Array(0) },
    ],
  } as const;
  const text = '{"model_name":"llm","model_version":"2","text_output":"olá","scores":[0.1,2],"none":[]}';
  expect(encodeGenerate(response)).toBe(text);
  expect(generateEvent({ ...response, id: 'r' }, null)).toBe(`data: {"id":"r",${text.slice(1)}\n\n`);
  const binary = { outputs: [{ name: 'scores', binary: true }], binaryByDefault: true };
  expect(generateEvent(response, binary)).toBe(
    'data: {"model_name":"llm","model_version":"2","outputs":[{"name":"scores","datatype":"FP32","shape":[2],"data":[0.1,2]}]}\n\n',
  );
});
