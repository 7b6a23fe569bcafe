import { datatypes } from '@cluster-ai/core/tensors/datatype.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyTensor } from '@cluster-ai/testkit/tensors/any-tensor.ts';
import { parseExactJson } from './exact-json.ts';
import { NeedsExactNumbers, tensorFromJson } from './json-tensor.ts';
import { tensorToJson } from './tensor-json.ts';

const lax = { exact: false, textBytes: 1_000 };
const exact = { exact: true, textBytes: 1_000 };
const read = (datatype: (typeof datatypes)[number], shape: number[], data: unknown, source = lax) =>
  tensorFromJson('x', datatype, shape, data as Parameters<typeof tensorFromJson>[3], source); // What a parser would give.

describe('through JSON and back', () => {
  test.each(datatypes.filter((datatype) => datatype !== 'FP16'))('%s: the same bytes, flat or nested', (datatype) => {
    fc.assert(
      fc.property(anyTensor('x', datatype, { jsonOnly: true }), fc.nat({ max: 5 }), (tensor, cut) => {
        const text = `[${tensorToJson(tensor)}]`;
        const source = { exact: true, textBytes: text.length };
        const values = parseExactJson(text);
        expect(tensorFromJson('x', datatype, tensor.shape, values, source)).toEqual(tensor);
        if (!Array.isArray(values)) throw new Error('an array was written');
        const nested = [[values.slice(0, cut)], [], [[values.slice(cut)]]];
        expect(tensorFromJson('x', datatype, tensor.shape, nested, source)).toEqual(tensor);
      }),
    );
  });

  test('a tensor inside a larger buffer, and one in a Node Buffer, are written from their own bytes', () => {
    const pool = Buffer.from(Int16Array.of(9, 9, 1, -2, 9).buffer);
    const inPool = { name: 'x', datatype: 'INT16' as const, shape: [2] };
    expect(tensorToJson({ ...inPool, data: pool.subarray(4, 8) })).toBe('1,-2');
    expect(tensorToJson({ ...inPool, data: new Uint8Array(pool.buffer, pool.byteOffset + 4, 4) })).toBe('1,-2');
    const odd = Uint8Array.of(0, 1, 0, 254, 255);
    expect(tensorToJson({ ...inPool, data: odd.subarray(1) })).toBe('1,-2');
  });

  test.each([
    [
      'FP64',
      new Float64Array([0.1, -0, Number.NaN, Infinity, -Infinity, 1e21, 5e-324]),
      '0.1,-0.0,NaN,Infinity,-Infinity,1e+21,5e-324',
    ],
    ['FP32', new Float32Array([0.1, -0, Number.NaN, Infinity, -Infinity]), '0.1,-0.0,NaN,Infinity,-Infinity'],
    ['INT64', new BigInt64Array([-(2n ** 63n), 2n ** 53n + 1n]), '-9223372036854775808,9007199254740993'],
    ['UINT64', new BigUint64Array([2n ** 64n - 1n]), '18446744073709551615'],
    ['BOOL', Uint8Array.of(0, 1), 'false,true'],
  ] as const)('%s is written as clients read it', (datatype, values, text) => {
    expect(tensorToJson({ name: 'x', datatype, shape: [values.length], data: new Uint8Array(values.buffer) })).toBe(
      text,
    );
  });

  test('FP16, and bytes that are not UTF-8, travel in binary only', () => {
    expect(() => tensorToJson({ name: 'y', datatype: 'FP16', shape: [1], data: new Uint8Array(2) })).toThrow(
      'sending FP16 data via JSON is not supported. Please use the binary data format for output y',
    );
    expect(() => read('FP16', [1], [1])).toThrow(
      'receiving FP16 data via JSON is not supported. Please use the binary data format for input x',
    );
    expect(() =>
      tensorToJson({ name: 'y', datatype: 'BYTES', shape: [1], data: Uint8Array.of(1, 0, 0, 0, 255) }),
    ).toThrow(
      `output 'y' holds bytes that are not UTF-8 and cannot be sent as JSON: ask for it with "binary_data": true`,
    );
    // A decoder that failed once must still read what comes next.
    expect(tensorToJson({ name: 'y', datatype: 'BYTES', shape: [1], data: Uint8Array.of(2, 0, 0, 0, 195, 169) })).toBe(
      '"é"',
    );
  });
});

describe('values that do not fit are refused with their place', () => {
  const ends = {
    INT8: [-128, 127],
    INT16: [-32_768, 32_767],
    INT32: [-(2 ** 31), 2 ** 31 - 1],
    UINT8: [0, 255],
    UINT16: [0, 65_535],
    UINT32: [0, 2 ** 32 - 1],
  } as const;
  test.each(Object.entries(ends))('%s', (name, [min, max]) => {
    const datatype = datatypes.find((known) => known === name);
    if (datatype === undefined) throw new Error(`${name} is no datatype`);
    expect(() => read(datatype, [2], [min, max])).not.toThrow();
    for (const wrong of [min - 1, max + 1, 0.5, Number.NaN, Infinity, '1', true, null]) {
      expect(() => read(datatype, [2], [0, wrong])).toThrow(
        /^Unable to parse 'data' of input 'x': element 1 is .*, which is not a value of U?INT\d+$/,
      );
    }
  });

  test.each([
    ['INT64', -(2n ** 63n) - 1n],
    ['INT64', 2n ** 63n],
    ['UINT64', 2n ** 64n],
    ['UINT64', -1n],
    ['UINT64', -1],
    ['INT64', 0.5],
    ['INT64', '1'],
    ['INT64', Number.NaN],
    ['INT64', Infinity],
    ['INT64', true],
    ['INT64', 9007199254740992],
  ] as const)('case %#: no %s', (datatype, wrong) => {
    expect(() => read(datatype, [1], [wrong], exact)).toThrow(
      `element 0 is ${wrong === '1' ? '"1"' : wrong}, which is not a value of ${datatype}`,
    );
  });

  test.each([
    ['BOOL', 2, '2'],
    ['BOOL', 'true', '"true"'],
    ['FP32', '1', '"1"'],
    ['FP32', null, 'null'],
    ['FP64', { a: [1n] }, 'an object'],
    ['BYTES', 1, '1'],
    ['BYTES', '\ud800', '"\\ud800"'],
    ['INT32', 'y'.repeat(1_000_000), `"${'y'.repeat(40)}"`],
  ] as const)('case %#: a value that is none of %s', (datatype, value, shown) => {
    expect(() => read(datatype, [1], [value])).toThrow(`element 0 is ${shown}, which is not a value of ${datatype}`);
  });

  test('integers that JSON.parse rounded ask for the exact parser', () => {
    expect(() => read('INT64', [1], [2 ** 53])).toThrow(NeedsExactNumbers);
    expect(() => read('UINT64', [1], [1e300])).toThrow(NeedsExactNumbers);
    expect(() => read('INT64', [2], [2 ** 53 - 1, -(2 ** 53) + 1])).not.toThrow();
  });

  test('wide integers keep every bit', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        expect(Buffer.from(read('INT64', [1], [value]).data).readBigInt64LE()).toBe(BigInt(value));
        if (value >= 0) expect(Buffer.from(read('UINT64', [1], [value]).data).readBigUInt64LE()).toBe(BigInt(value));
      }),
    );
  });
});

describe('as many values as the shape says', () => {
  const mismatch =
    "Unable to parse 'data': shape does not match true shape of 'data' field for input 'x': shape is [2,2]";
  test.each([[[]], [[1, 2, 3]], [[1, 2, 3, 4, 5]], [[[1, 2], [3]]], [[[1, 2], [3, 4], 5]], [[[], [], [[[]]]]]])(
    '%j is no [2,2]',
    (data) => {
      for (const datatype of ['FP32', 'INT64'] as const) expect(() => read(datatype, [2, 2], data)).toThrow(mismatch);
      expect(() => read('BYTES', [2, 2], data.flat(Infinity).map(String))).toThrow(mismatch);
    },
  );

  test.each([[5], ['x'], [{}], [null]])('%j is no array', (data) => {
    expect(() => read('FP32', [], data)).toThrow("Unable to parse 'data' of input 'x': an array is expected");
  });

  test('a shape that promises more than the text can hold is refused before memory is taken', () => {
    const before = process.memoryUsage().arrayBuffers;
    for (const datatype of ['FP64', 'INT64', 'BOOL'] as const) {
      expect(() => read(datatype, [2 ** 31 - 1], [1])).toThrow(
        "shape does not match true shape of 'data' field for input 'x'",
      );
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1_000_000);
  });
});
