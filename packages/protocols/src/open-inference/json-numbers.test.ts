import { ClusterError } from '@cluster-ai/core/errors.ts';
import { datatypes } from '@cluster-ai/core/tensors/datatype.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jsonBytesMax, jsonContainersMax } from '../json/bounds.ts';
import { cutArrays } from '../json/cut-arrays.ts';
import { decodeRequest, type DecodedRequest } from './decode-request.ts';
import { encodeResponse } from './encode-response.ts';
import { usualJson } from './json-document.ts';

type Outcome = DecodedRequest | { readonly code: string; readonly message: string };

function decode(body: Uint8Array, numbers: 'wasm' | 'plain'): Outcome {
  try {
    return decodeRequest(body, null, 'm', null, { json: { ...usualJson, numbers } });
  } catch (thrown) {
    if (!(thrown instanceof ClusterError)) throw thrown;
    return { code: thrown.code, message: thrown.message };
  }
}

/** What both ways make of a text, which must be the same. */
function expectSame(text: string | Uint8Array): Outcome {
  const body = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  const outcome = decode(body, 'wasm');
  expect(outcome).toStrictEqual(decode(body, 'plain'));
  return outcome;
}

const input = (datatype: string, count: number | string, data: string, more = '') =>
  `{"name":"x","datatype":"${datatype}","shape":[${count}]${more},"data":${data}}`;
const request = (...inputs: string[]) => `{"inputs":[${inputs.join(',')}]}`;
const list = (count: number, value: (index: number) => unknown = (index) => index % 200) =>
  Array.from({ length: count }, (_, index) => String(value(index)));
const numbers = (count: number, value?: (index: number) => unknown) => `[${list(count, value).join(',')}]`;

const token = fc.oneof(
  { weight: 20, arbitrary: fc.integer({ min: 0, max: 1 }).map(String) },
  { weight: 10, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }).map(String) },
  { weight: 10, arbitrary: fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n }).map(String) },
  { weight: 5, arbitrary: fc.integer({ min: -130, max: 260 }).map(String) },
  fc.constantFrom(
    'NaN',
    'Infinity',
    '-Infinity',
    'true',
    'false',
    'null',
    '"1"',
    '{}',
    '"]"',
    '[',
    ']',
    '01',
    '1.',
    '-',
  ),
  fc.constantFrom(
    '1e400',
    '1e-400',
    '-0',
    '1.0',
    '2.50e1',
    '9007199254740993.0',
    '0.1000000000000000055511151231257827',
  ),
);
const blank = fc.constantFrom('', '', '', ' ', '\n', '\t \r');

/** An array, mostly of one kind of number, long enough to be cut out, flat or in rows. */
const data = fc
  .tuple(
    fc.constantFrom('0', '1.5', '0.123456789012345678', '-7', '255', '9007199254740993', '1e10', 'true'),
    fc.integer({ min: 300, max: 700 }),
    fc.array(fc.tuple(fc.nat({ max: 299 }), token), { maxLength: 3 }),
    blank,
    fc.constantFrom(0, 0, 2, 10),
  )
  .map(([usual, count, others, space, columns]) => {
    const values = list(count, () => usual);
    for (const [index, other] of others) values[index] = other;
    const rows = columns === 0 ? values : rowsOf(values, columns);
    return { count, text: `[${rows.join(`,${space}`)}]` };
  });

function rowsOf(values: readonly string[], columns: number): string[] {
  return Array.from(
    { length: Math.ceil(values.length / columns) },
    (_, row) => `[${values.slice(row * columns, (row + 1) * columns).join(',')}]`,
  );
}

const oneInput = fc
  .tuple(fc.constantFrom(...datatypes, 'FP32', 'FP32', 'INT64'), data, fc.integer({ min: -1, max: 6 }), blank)
  .map(([datatype, { count, text }, off, space]) => {
    const members = [
      `"datatype":"${datatype}"`,
      `"shape":[${off === -1 ? count + 1 : count}]`,
      `"data":${space}${text}`,
    ];
    return `{"name":"x",${(off > 3 ? members.toReversed() : members).join(',')}${space}}`;
  });

const extra = fc.constantFrom(
  '',
  '"id":"a\\"data\\":[",',
  '"id":"\\u0000\\u00000",',
  '"parameters":{"sequence_id":9007199254740993},',
  '"parameters":{"data":"\\u00000"},',
  '"data":[],',
  `"data":${numbers(400)},`,
  '"outputs":[{"name":"y"}],',
  `"parameters":{"a":"é ${'long '.repeat(200)}"},`,
);

describe('a request is read, or refused with the same words, as without the module', () => {
  test('whatever stands in its arrays', () => {
    let cut = 0;
    let taken = 0;
    fc.assert(
      fc.property(fc.array(oneInput, { minLength: 1, maxLength: 3 }), extra, (inputs, before) => {
        const text = `{${before}"inputs":[${inputs.join(',')}]}`;
        const outcome = expectSame(text);
        if (cutArrays(Buffer.from(text)) !== null) cut += 1;
        if ('request' in outcome) taken += 1;
      }),
      { numRuns: 600 },
    );
    console.log(`of 600 requests, ${cut} were cut and ${taken} were good`);
    expect(cut).toBeGreaterThan(300);
    expect(taken).toBeGreaterThan(50);
  });

  test.each(['"da\\', '"dat\\', '"data', '"INT64"\\', '"', '"\\'])('broken off behind %s', (ending) => {
    expectSame(`${request(input('INT64', 631, numbers(631))).slice(0, -3)},"datatype":${ending}`);
    expectSame(`{"inputs":${numbers(631)},${ending}`);
  });

  test('cut short, or changed anywhere', () => {
    fc.assert(
      fc.property(
        oneInput,
        fc.nat(),
        fc.constantFrom('', ...'[]{},:"\\0-+.eE x\u0000é'),
        fc.boolean(),
        (only, at, character, isShort) => {
          const text = request(only);
          const place = at % text.length;
          expectSame(text.slice(0, place) + character + (isShort ? '' : text.slice(place + 1)));
        },
      ),
      { numRuns: 1_500 },
    );
  });

  test('and bytes that are no UTF-8', () => {
    const bytes = Buffer.from(request(input('FP32', 400, numbers(400))));
    for (const at of [3, 60, 900, bytes.length - 3]) {
      const broken = Buffer.from(bytes);
      broken[at] = 0xff;
      expectSame(broken);
    }
    expectSame(Buffer.concat([Buffer.from('\ufeff'), bytes]));
    const end = bytes.lastIndexOf(']', -3) + 1;
    expectSame(Buffer.concat([bytes.subarray(0, end), Buffer.from('\ufeff'), bytes.subarray(end)]));
  });
});

describe('what a client might try', () => {
  test.each([
    [
      'the same array under two names',
      `{"inputs":[{"name":"x","data":${numbers(400)},"datatype":"FP32","shape":[400],"data":[1]}]}`,
    ],
    [
      'an array where none is expected',
      `{"parameters":{"data":${numbers(400)}},"inputs":[${input('FP32', 1, '[1]')}]}`,
    ],
    ['a placeholder', request(input('FP32', 400, numbers(400)), input('FP32', 400, String.raw`"\u00000"`))],
    [
      'a placeholder in place of its own array',
      `{"parameters":{"data":${numbers(400)}},"inputs":[${input('FP32', 400, String.raw`"\u00000"`)}]}`,
    ],
    ['a placeholder for BYTES', request(input('BYTES', 1, numbers(400)), input('BYTES', 1, String.raw`["\u00000"]`))],
    ['a binary input with data', request(input('FP32', 400, numbers(400), ',"parameters":{"binary_data_size":4}'))],
    ['an unknown datatype', request(input('BF16', 400, numbers(400)))],
    ['FP16', request(input('FP16', 400, numbers(400)))],
    ['BYTES', request(input('BYTES', 400, numbers(400)))],
    ['two documents', `${request(input('FP32', 400, numbers(400)))}${request(input('FP32', 400, numbers(400)))}`],
    ['a shape without end', request(input('FP32', '2147483647', numbers(400)))],
    ['too deep', request(input('FP32', 400, `${'['.repeat(98)}${numbers(400)}${']'.repeat(98)}`))],
    ['brackets in a string of a list', request(input('BYTES', 2, `["]${',"data":[1'.repeat(100)}","]"]`))],
    ['a key that is escaped', request(input('FP32', 400, numbers(400)).replace('"data"', String.raw`"d\u0061ta"`))],
    ['a key that only ends like it', request(`{"name":"x","x\\"data":${numbers(400)}}`)],
    ['only an array', numbers(400)],
    ['an array that never ends', `{"inputs":[{"data":[${'1,'.repeat(1_000)}`],
    ['arrays that never end', `{"inputs":[${'{"data":[1,'.repeat(5_000)}`],
  ])('%s', (_name, text) => {
    expectSame(text);
  });

  test('one level less than too deep, and as many lists as there may be', () => {
    const nested = `${'['.repeat(95)}${numbers(400)}${']'.repeat(95)}`;
    expect(expectSame(request(input('FP32', 400, nested)))).toHaveProperty('request');
    const empty = (count: number) => expectSame(request(input('FP32', 1, `[[1],${'[],'.repeat(count)}[]]`)));
    expect(empty(jsonContainersMax - 10)).toHaveProperty('request');
    expect(empty(jsonContainersMax)).toHaveProperty('code', 'INVALID_ARGUMENT');
  });

  test('a text that is too large', () => {
    expect(expectSame(request(input('FP32', 400, `${' '.repeat(jsonBytesMax)}${numbers(400)}`)))).toHaveProperty(
      'code',
      'BODY_TOO_LARGE',
    );
  });

  test('keys and brackets without end do not take long', () => {
    for (const piece of ['"data":[[', '"data":[', '{"data":[0,', '"data" ', '"', '\\', '"data":[[0],', '"data":"']) {
      const body = Buffer.from(piece.repeat(Math.floor(jsonBytesMax / piece.length)));
      const startedAt = performance.now();
      const found = cutArrays(body);
      const elapsedMs = performance.now() - startedAt;
      console.log(
        `${JSON.stringify(piece)} for 16 MB: ${elapsedMs.toFixed(1)} ms, ${found?.arrays.length ?? 0} arrays`,
      );
      expect(elapsedMs).toBeLessThan(1_000);
    }
  });
});

test('the memory that a request takes is its own: nothing of it lies in the module', () => {
  const first = expectSame(request(input('FP32', 400, numbers(400))));
  const before = structuredClone(first);
  expectSame(
    request(
      input(
        'FP32',
        400,
        numbers(400, () => 9),
      ),
    ),
  );
  expect(first).toStrictEqual(before);
});

describe('answers are the same bytes', () => {
  test.each(datatypes.filter((datatype) => datatype !== 'FP16' && datatype !== 'BYTES'))('%s', (datatype) => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 4_096, maxLength: 4_096 }),
        fc.constantFrom(0, 1, 11, 12, 100, 20_000),
        (seed, count) => {
          const size = datatype === 'BOOL' ? 1 : Number(datatype.replaceAll(/\D/g, '')) / 8;
          const bytes = new Uint8Array(count * size).map(
            (_, index) => seed[(index * 7 + (index >> 9)) % seed.length] ?? 0,
          );
          const outputs = [
            { name: 'y', datatype, shape: [count], data: datatype === 'BOOL' ? bytes.map((byte) => byte & 1) : bytes },
            { name: 'b', datatype: 'UINT8' as const, shape: [2], data: Uint8Array.of(1, 2) },
          ];
          const response = { modelName: 'm', modelVersion: '1', id: 'é', outputs };
          for (const binary of [false, true]) {
            const form = {
              outputs: [
                { name: 'y', binary: false },
                { name: 'b', binary },
              ],
              binaryByDefault: false,
            };
            const plain = encodeResponse(response, form, 'plain');
            const encoded = encodeResponse(response, form, 'wasm');
            expect(encoded.headerLength).toBe(plain.headerLength);
            expect(encoded.contentType).toBe(plain.contentType);
            expect(Buffer.from(encoded.body).equals(Buffer.from(plain.body))).toBe(true);
          }
        },
      ),
      { numRuns: 30 },
    );
  });
});
