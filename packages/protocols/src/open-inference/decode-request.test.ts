import { ClusterError } from '@cluster-ai/core/errors.ts';
import { datatypes } from '@cluster-ai/core/tensors/datatype.ts';
import { anyTensor } from '@cluster-ai/testkit/tensors/any-tensor.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeRequest } from './decode-request.ts';

const encode = (text: string) => new TextEncoder().encode(text);
const decode = (text: string, headerLength: string | null = null) =>
  decodeRequest(encode(text), headerLength, 'm', null);

/** One input `x` as given, on top of a form that would be taken. */
const withInput = (change: object) =>
  JSON.stringify({ inputs: [{ name: 'x', datatype: 'FP32', shape: [1], data: [1], ...change }] });

describe('texts that clients look for', () => {
  test.each([
    ['', 'failed to parse the request JSON buffer: unexpected end at position 0'],
    ['{', 'failed to parse the request JSON buffer: unexpected end at position 1'],
    ['[]', 'failed to parse the request JSON buffer: a JSON object is expected'],
    ['null', 'failed to parse the request JSON buffer: a JSON object is expected'],
    ['{}', "Unable to parse 'inputs': attempt to access JSON non-array as array"],
    ['{"inputs":{}}', "Unable to parse 'inputs': attempt to access JSON non-array as array"],
    ['{"inputs":[1]}', "Unable to parse 'inputs': attempt to access JSON non-object as object"],
    ['{"inputs":[{}]}', "Unable to parse 'name': attempt to access JSON non-string as string"],
    [withInput({ name: 7 }), "Unable to parse 'name': attempt to access JSON non-string as string"],
    [withInput({ name: '' }), 'a tensor has an empty name'],
    [
      withInput({ datatype: undefined }),
      "Unable to parse 'datatype' of input 'x': attempt to access JSON non-string as string",
    ],
    [
      withInput({ datatype: 'BF16' }),
      `Unable to parse 'datatype' of input 'x': 'BF16' is not one of ${datatypes.join(', ')}`,
    ],
    [
      withInput({ datatype: 'FP16' }),
      'receiving FP16 data via JSON is not supported. Please use the binary data format for input x',
    ],
    [
      withInput({ shape: undefined }),
      "Unable to parse 'shape' of input 'x': attempt to access JSON non-array as array",
    ],
    [
      withInput({ shape: [2] }),
      "Unable to parse 'data': shape does not match true shape of 'data' field for input 'x': shape is [2]",
    ],
    [
      withInput({ shape: [65_536, 65_536] }),
      "shape [65536,65536] of input 'x' causes total element count to exceed maximum size of 2147483647",
    ],
    [
      withInput({ shape: [1e300] }),
      "shape of input 'x' causes total element count to exceed maximum size of 2147483647",
    ],
    [
      '{"inputs":[{"name":"x","datatype":"INT64","shape":[18446744073709551615],"data":[NaN]}]}',
      "shape of input 'x' causes total element count to exceed maximum size of 2147483647",
    ],
    [
      withInput({ shape: Array.from({ length: 33 }, () => 1) }),
      "shape of input 'x' has 33 dimensions; at most 32 are accepted",
    ],
    [
      withInput({ data: undefined }),
      "Unable to parse 'data': input 'x' has neither 'data' nor the parameter 'binary_data_size'",
    ],
    [withInput({ data: 1 }), "Unable to parse 'data' of input 'x': an array is expected"],
    [
      withInput({ parameters: { binary_data_size: 0 } }),
      "unexpected 'data' field for input 'x': its parameter 'binary_data_size' says that it is binary",
    ],
    [
      withInput({ data: undefined, parameters: { binary_data_size: -1 } }),
      "Unable to parse 'binary_data_size' of input 'x': attempt to access JSON non-unsigned-integer as unsigned-integer",
    ],
    [
      withInput({ data: undefined, parameters: { binary_data_size: 4 } }),
      "unexpected size for input 'x', expecting 4 additional bytes for model 'm'",
    ],
    ['{"inputs":[],"id":1}', "Unable to parse 'id': attempt to access JSON non-string as string"],
    [`{"inputs":[],"id":"${'i'.repeat(1_025)}"}`, "'id' has 1025 characters; at most 1024 are accepted"],
    ['{"inputs":[],"parameters":[]}', "Unable to parse 'parameters': attempt to access JSON non-object as object"],
    [
      '{"inputs":[],"parameters":{"a":null}}',
      "parameter 'a' has invalid type. It should be either 'int', 'bool', or 'string'.",
    ],
    [
      '{"inputs":[],"parameters":{"triton_x":1}}',
      "parameter keys starting with 'triton_' are reserved for the server: 'triton_x'",
    ],
    [
      '{"inputs":[],"parameters":{"binary_data_output":1}}',
      "Unable to parse 'binary_data_output': attempt to access JSON non-boolean as boolean",
    ],
    [
      `{"inputs":[],"parameters":${JSON.stringify(Object.fromEntries(Array.from({ length: 257 }, (_, index) => [index, 1])))}}`,
      "'parameters' has 257 entries; at most 256 are accepted",
    ],
    ['{"inputs":[],"outputs":{}}', "Unable to parse 'outputs': attempt to access JSON non-array as array"],
    ['{"inputs":[],"outputs":["y"]}', "Unable to parse 'outputs': attempt to access JSON non-object as object"],
    ['{"inputs":[],"outputs":[{}]}', "Unable to parse 'name': attempt to access JSON non-string as string"],
    [
      '{"inputs":[],"outputs":[{"name":"y","parameters":{"binary_data":"yes"}}]}',
      "Unable to parse 'binary_data': attempt to access JSON non-boolean as boolean",
    ],
    [
      '{"inputs":[],"outputs":[{"name":"y","parameters":{"classification":-1}}]}',
      "Unable to parse 'classification': attempt to access JSON non-unsigned-integer as unsigned-integer",
    ],
    [
      '{"inputs":[],"parameters":{"sequence_id":-1}}',
      "Unable to parse 'sequence_id': attempt to access JSON non-string as string",
    ],
    [
      '{"inputs":[],"parameters":{"sequence_id":18446744073709551616}}',
      "Unable to parse 'sequence_id': attempt to access JSON non-string as string",
    ],
    [
      `{"inputs":[],"parameters":{"sequence_id":"${'s'.repeat(129)}"}}`,
      "Unable to parse 'sequence_id': a text has at most 128 characters, this one 129",
    ],
    [
      '{"inputs":[],"parameters":{"sequence_start":1}}',
      "Unable to parse 'sequence_start': attempt to access JSON non-boolean as boolean",
    ],
    [
      '{"inputs":[],"parameters":{"priority":1.5}}',
      "Unable to parse 'priority': attempt to access JSON non-unsigned-integer as unsigned-integer",
    ],
    ['['.repeat(101), 'JSON nesting depth exceeds maximum allowed limit (100)'],
  ])('%#: %s', (text, message) => {
    expect(() => decode(text)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT', message }));
  });

  test('a dimension of minus zero is zero', () => {
    const text = '{"inputs":[{"name":"x","datatype":"FP32","shape":[-0,2],"data":[]}]}';
    expect(Object.is(decode(text).request.inputs[0]?.shape[0], 0)).toBe(true);
  });

  test.each([[-5], ['1'], [1.5], [null], [true], [[1]]])(
    'a dimension %j is a server error, as in Triton',
    (dimension) => {
      expect(() => decode(withInput({ shape: [1, dimension] }))).toThrow(
        expect.objectContaining({
          code: 'DIMENSION_NOT_UNSIGNED',
          httpStatus: 500,
          message: "Unable to parse 'shape': attempt to access JSON non-unsigned-integer as unsigned-integer",
        }),
      );
    },
  );

  test('outputs say how many classes they want', () => {
    const outputs = '[{"name":"y","parameters":{"classification":3}},{"name":"z","parameters":{"classification":0}}]';
    const { request } = decode(`{"inputs":[],"outputs":${outputs}}`);
    expect([...(request.classifications ?? [])]).toEqual([['y', 3]]);
    expect(decode('{"inputs":[],"outputs":[{"name":"y"}]}').request.classifications).toBeUndefined();
  });

  test.each([
    ['input', withInput({ data: undefined, parameters: { shared_memory_region: 'r', shared_memory_byte_size: 4 } })],
    ['output', '{"inputs":[],"outputs":[{"name":"y","parameters":{"shared_memory_region":"r"}}]}'],
  ])('an %s in shared memory, which nobody can have registered', (_what, text) => {
    expect(() => decode(text)).toThrow(
      expect.objectContaining({ code: 'NOT_FOUND', message: "Unable to find shared memory region: 'r'" }),
    );
  });

  test.each(['7', '18446744073709551615', '"user-7"', '0', '""'])('a sequence id may be %s', (id) => {
    const parameters = `{"sequence_id":${id},"sequence_start":true,"sequence_end":false,"priority":2,"own":"x"}`;
    expect(Object.keys(decode(`{"inputs":[],"parameters":${parameters}}`).request.parameters)).toHaveLength(5);
  });

  test('text that is not UTF-8', () => {
    expect(() => decodeRequest(Uint8Array.of(0x7b, 0xff, 0x7d), null, 'm', null)).toThrow(
      'failed to parse the request JSON buffer: the text is not valid UTF-8; send bytes that are no text as binary data',
    );
    // The decoder is shared: a failure must not reach into the next request.
    expect(decode('{"inputs":[],"id":"é"}').request.id).toBe('é');
  });
});

describe('Inference-Header-Content-Length', () => {
  const body = '{"inputs":[]}';

  test.each([
    ['-1', 'inference header size should be in range (0, 13), got: -1'],
    ['14', 'inference header size should be in range (0, 13), got: 14'],
    ['999999999999999', 'inference header size should be in range (0, 13), got: 999999999999999'],
    ['', 'Unable to parse Inference-Header-Content-Length, got: '],
    ['x', 'Unable to parse Inference-Header-Content-Length, got: x'],
    ['1e1', 'Unable to parse Inference-Header-Content-Length, got: 1e1'],
    ['0x0d', 'Unable to parse Inference-Header-Content-Length, got: 0x0d'],
    ['9'.repeat(1_000), `Unable to parse Inference-Header-Content-Length, got: ${'9'.repeat(40)}`],
  ])('%j', (length, message) => {
    expect(() => decode(body, length)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT', message }));
  });

  test('bytes after the last tensor are refused', () => {
    expect(() => decode(`${body}x`, '13')).toThrow("unexpected additional input data for model 'm'");
  });
});

describe('binary tensors', () => {
  test.each(datatypes)('%s: the same bytes, whatever else is in the body', (datatype) => {
    fc.assert(
      fc.property(anyTensor('x', datatype, { jsonOnly: false }), fc.nat({ max: 7 }), (tensor, padding) => {
        const { data, ...header } = tensor;
        const json =
          JSON.stringify({ inputs: [{ ...header, parameters: { binary_data_size: data.byteLength } }] }) +
          ' '.repeat(padding);
        const body = new Uint8Array(Buffer.concat([Buffer.from(json), data]));
        const { request } = decodeRequest(body, String(Buffer.byteLength(json)), 'm', '2');
        expect(request.modelVersion).toBe('2');
        expect(request.inputs).toEqual([tensor]);
      }),
    );
  });
});

describe('hostile bodies', () => {
  test('any bytes are read or refused, and nothing else', () => {
    const valid =
      '{"id":"1","inputs":[{"name":"x","datatype":"INT64","shape":[1,2],"data":[[9007199254740993,1]],"parameters":{"a":true}}],"outputs":[{"name":"y","parameters":{"binary_data":true}}]}';
    const bodies = fc.oneof(
      fc.uint8Array(),
      fc.json().map(encode),
      fc.nat({ max: valid.length }).map((length) => encode(valid.slice(0, length))),
      fc.tuple(fc.nat({ max: valid.length - 1 }), fc.nat({ max: 255 })).map(([at, byte]) => {
        const changed = encode(valid);
        changed[at] = byte;
        return changed;
      }),
      fc
        .tuple(
          fc.nat({ max: valid.length - 1 }),
          fc.constantFrom('null', '{}', '[]', '-1', 'NaN', '1e400', '"\\ud800"', '9'.repeat(400)),
        )
        .map(([at, value]) => encode(valid.slice(0, at) + value + valid.slice(at + 1))),
    );
    const headerLength = fc.option(fc.oneof(fc.nat({ max: 300 }).map(String), fc.string()));
    fc.assert(
      fc.property(bodies, headerLength, (body, length) => {
        try {
          decodeRequest(body, length, 'm', null);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(ClusterError);
        }
      }),
      { numRuns: 10_000 },
    );
  });

  test('keys that name members of every object stay plain data', () => {
    const { request } = decode('{"inputs":[],"__proto__":{"id":"no"},"parameters":{"__proto__":"x","constructor":1}}');
    expect(request.id).toBeNull();
    expect(Object.keys(request.parameters)).toEqual(['__proto__', 'constructor']);
    expect(() => decode('{"__proto__":{"inputs":[]}}')).toThrow("Unable to parse 'inputs'");
  });

  test('one output asked for fifty thousand times is answered once', () => {
    const outputs = Array.from({ length: 50_000 }, () => ({ name: 'y' }));
    expect(decode(JSON.stringify({ inputs: [], outputs })).request.outputNames).toEqual(['y']);
  });

  test('no message grows with what was sent', () => {
    const long = 'z'.repeat(1_000_000);
    for (const change of [
      { name: long },
      { datatype: long },
      { data: [long] },
      { parameters: { [long]: null } },
      { parameters: { [`triton_${long}`]: 1 } },
    ]) {
      expect(() => decode(withInput(change))).toThrow(
        expect.objectContaining({ message: expect.stringMatching(/^.{1,4400}$/) }),
      );
    }
  });
});

test('a small request is read in microseconds', () => {
  const body = encode(
    JSON.stringify({ inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 4], data: [5.1, 3.5, 1.4, 0.2] }] }),
  );
  const rounds = 50_000;
  for (let round = 0; round < rounds; round += 1) decodeRequest(body, null, 'iris', null);
  const startedAt = performance.now();
  for (let round = 0; round < rounds; round += 1) decodeRequest(body, null, 'iris', null);
  const elapsedMs = performance.now() - startedAt;
  console.log(`decodeRequest of four numbers: ${((elapsedMs / rounds) * 1_000).toFixed(2)} µs`);
  expect(elapsedMs).toBeLessThan(2_500);
});
