import { readFileSync } from 'node:fs';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { encodeBytesElements } from '@cluster-ai/core/tensors/bytes-elements.ts';
import { datatypes, elementBytes, type Datatype } from '@cluster-ai/core/tensors/datatype.ts';
import type { Tensor } from '@cluster-ai/core/tensors/tensor.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeInferRequest } from './decode-infer-request.ts';
import { encodeInferResponse, encodeStreamError, encodeStreamResponse } from './encode-infer-response.ts';
import { ProtoMessages, type ProtoObject } from './proto-messages.ts';

const read = (file: string): string => readFileSync(new URL(`protos/${file}`, import.meta.url), 'utf8');
/** Another reader and writer of the same messages. */
const messages = new ProtoMessages([read('model_config.proto'), read('grpc_service.proto')]);

const encodeRequest = (request: ProtoObject): Uint8Array => messages.encode('ModelInferRequest', request);

const shapes = fc.array(fc.nat({ max: 4 }), { maxLength: 4 });

function tensorsOf(datatype: Datatype): fc.Arbitrary<Tensor> {
  return shapes.chain((shape) => {
    const count = shape.reduce((product, dimension) => product * dimension, 1);
    const exactly = { minLength: count, maxLength: count };
    const data =
      datatype === 'BYTES'
        ? fc.array(fc.uint8Array({ maxLength: 9 }), exactly).map(encodeBytesElements)
        : datatype === 'BOOL'
          ? fc.uint8Array({ ...exactly, max: 1 })
          : fc.uint8Array({
              minLength: count * elementBytes[datatype],
              maxLength: count * elementBytes[datatype],
            });
    return data.map((bytes) => ({ name: 'x', datatype, shape, data: bytes }));
  });
}

/** The field of `contents` for a datatype, with the elements in the words of the other writer. */
function typedContents({ datatype, data }: Tensor): ProtoObject {
  const { buffer } = new Uint8Array(data);
  const text = (array: ArrayLike<bigint>): string[] => Array.from(array, String);
  switch (datatype) {
    case 'BOOL':
      return { bool_contents: Array.from(data, (byte) => byte === 1) };
    case 'INT8':
      return { int_contents: [...new Int8Array(buffer)] };
    case 'INT16':
      return { int_contents: [...new Int16Array(buffer)] };
    case 'INT32':
      return { int_contents: [...new Int32Array(buffer)] };
    case 'INT64':
      return { int64_contents: text(new BigInt64Array(buffer)) };
    case 'UINT8':
      return { uint_contents: [...data] };
    case 'UINT16':
      return { uint_contents: [...new Uint16Array(buffer)] };
    case 'UINT32':
      return { uint_contents: [...new Uint32Array(buffer)] };
    case 'UINT64':
      return { uint64_contents: text(new BigUint64Array(buffer)) };
    case 'FP32':
      return { fp32_contents: [...new Float32Array(buffer)] };
    case 'FP64':
      return { fp64_contents: [...new Float64Array(buffer)] };
    default:
      throw new Error(`${datatype} is not written here`);
  }
}

describe('requests', () => {
  test.each(datatypes)('raw %s of every shape is what was sent', (datatype) => {
    fc.assert(
      fc.property(tensorsOf(datatype), ({ name, shape, data }) => {
        const message = encodeRequest({
          model_name: 'm',
          inputs: [{ name, datatype, shape }],
          raw_input_contents: [data],
        });
        expect(decodeInferRequest(message).inputs).toEqual([{ name, datatype, shape, data: Buffer.from(data) }]);
      }),
    );
  });

  test.each(datatypes.filter((datatype) => datatype !== 'FP16' && datatype !== 'BYTES'))(
    'typed %s is laid out as its bytes',
    (datatype) => {
      fc.assert(
        fc.property(tensorsOf(datatype), (tensor) => {
          const { name, shape, data } = tensor;
          const message = encodeRequest({ inputs: [{ name, datatype, shape, contents: typedContents(tensor) }] });
          const [input] = decodeInferRequest(message).inputs;
          // A NaN may come back with other bits: the other writer makes them anew.
          const canonical = datatype === 'FP32' || datatype === 'FP64' ? valuesOf : plain;
          expect(canonical(input?.data, datatype)).toEqual(canonical(data, datatype));
        }),
      );
    },
  );

  test('typed BYTES get their lengths', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 9 }), { maxLength: 5 }), (elements) => {
        const contents = { bytes_contents: elements.map((element) => Buffer.from(element)) };
        const message = encodeRequest({
          inputs: [{ name: 'x', datatype: 'BYTES', shape: [elements.length], contents }],
        });
        expect([...(decodeInferRequest(message).inputs[0]?.data ?? [])]).toEqual([...encodeBytesElements(elements)]);
      }),
    );
  });

  test('name, version, id, outputs and parameters of every kind', () => {
    const message = encodeRequest({
      model_name: 'm',
      model_version: '3',
      id: 'r-7',
      parameters: {
        flag: { bool_param: false },
        big: { int64_param: '-9007199254740993' },
        small: { int64_param: '-5' },
        word: { string_param: '' },
        share: { double_param: 0.5 },
        huge: { uint64_param: '18446744073709551615' },
        ['__proto__x']: { string_param: 'own' },
        triton_enable_empty_final_response: { bool_param: true },
      },
      outputs: [{ name: 'y', parameters: { classification: { int64_param: '2' } } }, { name: 'z' }, { name: 'y' }],
    });
    const request = decodeInferRequest(message);
    expect(request).toMatchObject({ modelName: 'm', modelVersion: '3', id: 'r-7', outputNames: ['y', 'z'] });
    expect(request.parameters).toEqual({
      flag: false,
      big: -9_007_199_254_740_993n,
      small: -5,
      word: '',
      share: 0.5,
      huge: 18_446_744_073_709_551_615n,
      ['__proto__x']: 'own',
      triton_enable_empty_final_response: true,
    });
    expect(request.classifications).toEqual(new Map([['y', 2]]));
  });

  test('elements and dimensions that stand alone, unpacked, are read too', () => {
    // inputs { name: "x" datatype: "INT32" shape: 2 contents { int_contents: 1 int_contents: -1 } }
    const contents = [0x10, 1, 0x10, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1];
    const input = [0x0a, 1, 120, 0x12, 5, ...Buffer.from('INT32'), 0x18, 2, 0x2a, contents.length, ...contents];
    const request = decodeInferRequest(Uint8Array.from([0x2a, input.length, ...input]));
    expect(request.inputs).toEqual([
      { name: 'x', datatype: 'INT32', shape: [2], data: Uint8Array.of(1, 0, 0, 0, 255, 255, 255, 255) },
    ]);
  });
});

describe('what is refused', () => {
  const input = { name: 'x', datatype: 'FP32', shape: [1] };
  const cases: [what: string, request: ProtoObject, message: string][] = [
    [
      'contents beside raw contents',
      {
        model_name: 'm',
        inputs: [{ ...input, contents: { fp32_contents: [1] } }],
        raw_input_contents: [Buffer.alloc(4)],
      },
      "contents field must not be specified when using raw_input_contents for 'x' for model 'm'",
    ],
    [
      'contents of another datatype',
      { model_name: 'm', inputs: [{ ...input, contents: { int_contents: [1] } }] },
      "unexpected explicit tensor data for input tensor 'x' for model 'm' of type 'INT32', expected datatype 'FP32'",
    ],
    [
      'contents in two fields',
      {
        model_name: 'm',
        inputs: [{ ...input, datatype: 'INT8', contents: { int_contents: [1], bytes_contents: [Buffer.alloc(1)] } }],
      },
      "unexpected explicit tensor data for input tensor 'x' for model 'm' of type 'BYTES', expected datatype 'INT8'",
    ],
    [
      'FP16 that is not raw',
      { model_name: 'm', inputs: [{ ...input, datatype: 'FP16', contents: { fp32_contents: [1] } }] },
      "of type 'FP32', expected datatype 'FP16'",
    ],
    [
      'an element that is too large',
      { inputs: [{ ...input, datatype: 'INT8', contents: { int_contents: [128] } }] },
      'element 128 of input',
    ],
    [
      'no data',
      { model_name: 'm', inputs: [input] },
      "unable to find data for input tensor 'x' for model 'm' in request.",
    ],
    [
      'data for an input that is not there',
      { model_name: 'm', inputs: [], raw_input_contents: [Buffer.alloc(4)] },
      "unexpected additional input data for model 'm'",
    ],
    [
      'a negative dimension',
      { inputs: [{ ...input, shape: [-5] }] },
      "shape [-5] of input 'x' has a negative dimension",
    ],
    [
      'a dimension beyond 2^31',
      { inputs: [{ ...input, shape: ['9223372036854775807'] }] },
      'to exceed maximum size of 2147483647',
    ],
    [
      '33 dimensions',
      { inputs: [{ ...input, shape: Array.from({ length: 33 }, () => 1) }] },
      'more than 32 dimensions',
    ],
    ['an unknown datatype', { inputs: [{ ...input, datatype: 'BF16' }] }, "'BF16' is not one of BOOL"],
    ['a nameless input', { inputs: [{ datatype: 'FP32' }] }, 'a tensor has an empty name'],
    [
      "a parameter of the server's",
      { parameters: { triton_x: { bool_param: true } } },
      "reserved for the server: 'triton_x'",
    ],
    ['a parameter without a value', { parameters: { p: {} } }, "invalid value type for 'p' parameter"],
    [
      'tensors in shared memory',
      { inputs: [{ ...input, parameters: { shared_memory_region: { string_param: 'r' } } }] },
      "Unable to find shared memory region: 'r'",
    ],
    ['a long id', { id: 'x'.repeat(1_025) }, "'id' has 1025 characters"],
  ];
  test.each(cases)('%s', (_what, request, message) => {
    expect(() => decodeInferRequest(encodeRequest(request))).toThrow(message);
  });

  test('text that is not UTF-8', () => {
    expect(() => decodeInferRequest(Uint8Array.of(0x0a, 1, 255))).toThrow('model_name is not valid UTF-8');
  });

  test('whatever bytes come, the error is of the table', () => {
    const whole = encodeRequest({
      model_name: 'm',
      inputs: [{ ...input, contents: { fp32_contents: [1] }, parameters: { p: { int64_param: '1' } } }],
      outputs: [{ name: 'y' }],
    });
    const damaged = fc
      .array(fc.tuple(fc.nat({ max: whole.byteLength - 1 }), fc.nat({ max: 255 })), { maxLength: 4 })
      .map((changes) => {
        const copy = Uint8Array.from(whole);
        for (const [index, byte] of changes) copy[index] = byte;
        return copy;
      });
    fc.assert(
      fc.property(fc.oneof(damaged, fc.uint8Array({ maxLength: 64 })), (bytes) => {
        try {
          decodeInferRequest(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(ClusterError);
          expect(error).toMatchObject({ code: 'INVALID_ARGUMENT' });
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('answers', () => {
  test.each(datatypes)('%s of every shape is what the other reader reads', (datatype) => {
    fc.assert(
      fc.property(tensorsOf(datatype), (tensor) => {
        const response = { modelName: 'm', modelVersion: '3', id: 'r-7', outputs: [tensor, { ...tensor, name: 'z' }] };
        const { name, shape, data } = tensor;
        const written = { datatype, shape: shape.map(String), parameters: {}, contents: null };
        const answer = {
          model_name: 'm',
          model_version: '3',
          id: 'r-7',
          outputs: [
            { name, ...written },
            { name: 'z', ...written },
          ],
          raw_output_contents: [[...data], [...data]],
        };
        expect(plain(messages.decode('ModelInferResponse', encodeInferResponse(response)))).toEqual({
          ...answer,
          parameters: {},
        });
        const streamed = messages.decode('ModelStreamInferResponse', encodeStreamResponse(response));
        const inner = plain(streamed['infer_response']);
        expect(streamed['error_message']).toBe('');
        expect(inner).toMatchObject(answer);
        expect(inner).toHaveProperty(['parameters', 'triton_final_response', 'bool_param'], true);
      }),
      { numRuns: 30 },
    );
  });

  test('a dimension of any size', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 2 ** 31 - 1 })), (shape) => {
        const outputs = [{ name: 'y', datatype: 'FP32' as const, shape, data: new Uint8Array() }];
        const message = encodeInferResponse({ modelName: 'm', modelVersion: '1', id: null, outputs });
        expect(messages.decode('ModelInferResponse', message)).toMatchObject({
          outputs: [{ shape: shape.map(String) }],
        });
      }),
    );
  });

  test('an error of a stream says which request it is about', () => {
    expect(messages.decode('ModelStreamInferResponse', encodeStreamError('why \ud800', 'r-7'))).toMatchObject({
      error_message: 'why \ufffd',
      infer_response: { id: 'r-7' },
    });
  });
});

/** With arrays of numbers in place of bytes: these come in two classes. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return [...value];
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]));
}

function valuesOf(data: Uint8Array | undefined, datatype: string): number[] {
  const { buffer } = new Uint8Array(data ?? []);
  return [...(datatype === 'FP32' ? new Float32Array(buffer) : new Float64Array(buffer))];
}
