import { toClusterError } from '@cluster-ai/core/errors.ts';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import * as jsonDocument from '../json-document.ts';
import { decodeRequest, type DecodedRequest } from '../decode-request.ts';
import { RequestPattern } from './request-pattern.ts';
import { RequestPatterns } from './request-patterns.ts';

interface Sent {
  readonly body: Buffer;
  readonly headerLength: string | null;
}

const noBlobs = new Uint8Array(0);
const sentText = (text: string): Sent => ({ body: Buffer.from(text), headerLength: null });

/** What a server answers to: the request, or the error's code and sentence. Bytes are compared as bytes. */
function outcome({ body, headerLength }: Sent, patterns?: RequestPatterns): unknown {
  try {
    const { request, form } = decodeRequest(body, headerLength, 'm', null, patterns === undefined ? {} : { patterns });
    const inputs = request.inputs.map(({ name, datatype: type, shape, data }) => [name, type, shape, [...data]]);
    return { form, request: { ...request, inputs } };
  } catch (thrown) {
    const { code, message } = toClusterError(thrown);
    return { code, message };
  }
}

/** Taught by one request, reads another. */
function readTaught(taught: string, then: string): DecodedRequest | null {
  const pattern = RequestPattern.of(Buffer.from(taught), decodeRequest(Buffer.from(taught), null, 'm', null));
  return pattern?.read(Buffer.from(then), noBlobs) ?? null;
}

const irisOf = (id: string, data: string): string =>
  `{"id":"${id}","inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[${data}]}]}`;
const iris = irisOf('1', '5.1,3.5,1.4,0.2');

const numberText = fc.oneof(
  fc.integer().map(String),
  fc.double().map((value) => JSON.stringify(value)),
  fc.float({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.constantFrom('0', '-0', '-0.0', '1e5', '1E-7', '-1.5e+3', '1e400', '0.1000000000000000055511151231257827'),
  fc.constantFrom('123456789012345678', '9007199254740993', '4.9e-324', '1.00000000000000011102230246251565'),
  fc.constantFrom('01', '1.', '.5', '+1', '1e', '-', 'NaN', 'Infinity', 'null', 'true', '"1"', '[1]', '1 2', ''),
);
const blank = fc.constantFrom('', '', '', ' ', '\n', '\t ', '\r\n');
const idText = fc.oneof(
  fc.string({ maxLength: 12 }).map((id) => JSON.stringify(id)),
  fc.constantFrom('7', 'null'),
);
const datatype = fc.constantFrom('FP32', 'FP64', 'INT8', 'INT32', 'INT64', 'UINT64', 'BOOL', 'BYTES');

/** How a client writes its requests: all of this stays, while ids and numbers change. */
const writer = fc.record({
  datatypes: fc.array(datatype, { minLength: 1, maxLength: 3 }),
  gap: blank,
  hasId: fc.boolean(),
  idLast: fc.boolean(),
  extra: fc.constantFrom(
    '',
    '"parameters":{"priority":1},',
    '"outputs":[{"name":"y","parameters":{"binary_data":true}}],',
  ),
  dataFirst: fc.boolean(),
});
const values = fc.record({
  id: idText,
  rows: fc.array(fc.array(numberText, { minLength: 3, maxLength: 3 }), { minLength: 3, maxLength: 3 }),
});

type Writer = typeof writer extends fc.Arbitrary<infer T> ? T : never;
type Values = typeof values extends fc.Arbitrary<infer T> ? T : never;

function written({ datatypes, gap, hasId, idLast, extra, dataFirst }: Writer, { id, rows }: Values): Sent {
  const inputs = datatypes.map((type, index) => {
    const data = `"data":${gap}[${gap}${(rows[index] ?? []).join(`${gap},${gap}`)}${gap}]`;
    const rest = `"name":"x${index}",${gap}"shape":[3],"datatype":"${type}"`;
    return dataFirst ? `{${data},${rest}}` : `{${rest},${data}}`;
  });
  const ownId = hasId ? `"id":${gap}${id}` : '';
  const body = `"inputs":[${inputs.join(',')}]`;
  const parts = idLast ? [extra + body, ownId] : [ownId, extra + body];
  return sentText(`{${gap}${parts.filter((part) => part !== '').join(',')}}`);
}

describe('requests of one client', () => {
  test('are read as without patterns, whatever their numbers and ids are', () => {
    fc.assert(
      fc.property(writer, fc.array(values, { minLength: 2, maxLength: 6 }), (way, many) => {
        const patterns = new RequestPatterns();
        for (const one of many) {
          const sent = written(way, one);
          expect(outcome(sent, patterns)).toEqual(outcome(sent));
        }
      }),
      { numRuns: 500 },
    );
  });

  test('are read as without patterns when any octet of them is another one', () => {
    const taught = written(
      { datatypes: ['FP32', 'INT64'], gap: ' ', hasId: true, idLast: false, extra: '', dataFirst: false },
      { id: '"a"', rows: [['1', '2.5', '-3'], ['1', '2', '3'], []] },
    );
    const patterns = new RequestPatterns();
    outcome(taught, patterns);
    fc.assert(
      fc.property(fc.nat(taught.body.length - 1), fc.nat(255), fc.constantFrom(0, 1), (at, octet, removed) => {
        const parts = [taught.body.subarray(0, at), Buffer.from([octet]), taught.body.subarray(at + removed)];
        const sent = { body: Buffer.concat(parts), headerLength: null };
        expect(outcome(sent, patterns)).toEqual(outcome(sent));
      }),
      { numRuns: 5_000 },
    );
  });

  test('are read by their pattern, so that nothing is parsed', () => {
    const usual = vi.spyOn(jsonDocument, 'readJson');
    const patterns = new RequestPatterns();
    expect(outcome(sentText(iris), patterns)).toEqual(outcome(sentText(iris)));
    usual.mockClear();
    expect(readTaught(iris, irisOf('another', '-1, 2e1 ,0.125,1.100000023841858'))).not.toBeNull();
    expect(usual).toHaveBeenCalledTimes(1);
    usual.mockRestore();
  });

  test('share no memory: what was decoded once stays what it was', () => {
    const patterns = new RequestPatterns();
    const read = (text: string) => decodeRequest(Buffer.from(text), null, 'm', null, { patterns }).request.inputs[0];
    read(iris);
    const first = read(irisOf('2', '1,2,3,4'));
    read(irisOf('3', '5,6,7,8'));
    expect([...new Float32Array(new Uint8Array(first?.data ?? noBlobs).buffer)]).toEqual([1, 2, 3, 4]);
  });

  test('may have long arrays', () => {
    const numbers = Array.from({ length: 784 }, (_, index) => index / 255);
    const text = (data: readonly number[]): string =>
      JSON.stringify({ inputs: [{ name: 'x', shape: [1, 784], datatype: 'FP32', data }] });
    const other = numbers.toReversed();
    const read = readTaught(text(numbers), text(other));
    expect(new Float32Array(new Uint8Array(read?.request.inputs[0]?.data ?? noBlobs).buffer)).toEqual(
      Float32Array.from(other),
    );
    expect(readTaught(text(numbers), text(other.slice(1)))).toBeNull();
    expect(readTaught(text(numbers), text(other).replace(']}]}', ',[1]]}]}'))).toBeNull();
  });
});

describe('a pattern', () => {
  const binary = (id: string, bytes: Buffer): Sent => {
    const inputs = [{ name: 'x', shape: [2], datatype: 'FP32', parameters: { binary_data_size: 8 } }];
    const header = Buffer.from(JSON.stringify({ id, inputs, parameters: { binary_data_output: true } }));
    return { body: Buffer.concat([header, bytes]), headerLength: String(header.byteLength) };
  };

  test('leaves binary tensors in the memory of the body', () => {
    const patterns = new RequestPatterns();
    outcome(binary('1', Buffer.alloc(8)), patterns);
    const sent = binary('2', Buffer.from(Float32Array.of(1, -2).buffer));
    const { request } = decodeRequest(sent.body, sent.headerLength, 'm', null, { patterns });
    expect(request).toEqual(decodeRequest(sent.body, sent.headerLength, 'm', null).request);
    expect(request.inputs[0]?.data.buffer).toBe(sent.body.buffer);
  });

  test.each([0, 7, 9])('says what is wrong with %i bytes behind a text that announces 8', (bytes) => {
    const patterns = new RequestPatterns();
    outcome(binary('1', Buffer.alloc(8)), patterns);
    const sent = binary('2', Buffer.alloc(bytes));
    expect(outcome(sent, patterns)).toEqual(outcome(sent));
    expect(outcome(sent, patterns)).toHaveProperty('code', 'INVALID_ARGUMENT');
  });

  test.each([
    [
      'a name that stands twice',
      '{"id":"1","id":"2","inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":[1]}]}',
    ],
    ['data that stands twice', '{"inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":[1],"data":[2]}]}'],
    [
      'inputs that stand twice',
      '{"inputs":[{"data":[1]}],"inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":[2]}]}',
    ],
    ['nested data', '{"inputs":[{"name":"x","shape":[1,1],"datatype":"FP32","data":[[1]]}]}'],
    ['texts', '{"inputs":[{"name":"x","shape":[1],"datatype":"BYTES","data":["a"]}]}'],
    ['no elements', '{"inputs":[{"name":"x","shape":[0],"datatype":"FP32","data":[]}]}'],
    ['much besides its numbers', irisOf('1', '1,2,3,4').replace('{', `{${' '.repeat(1_024)}`)],
  ])('is not made of a request with %s', (_what, text) => {
    expect(RequestPattern.of(Buffer.from(text), decodeRequest(Buffer.from(text), null, 'm', null))).toBeNull();
  });

  test('is not taken in by a text that has its marks', () => {
    const text = String.raw`{"id":"\u0000","inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":[1]}],"x":"\u00000"}`;
    const read = readTaught(text, text.replace('[1]}', '[7]}').replace(String.raw`"id":"\u0000"`, '"id":"9"'));
    expect(read?.request.id).toBe('9');
    expect([...(read?.request.inputs[0]?.data ?? [])]).toEqual([...new Uint8Array(Float32Array.of(7).buffer)]);
  });
});

test('clients that write in five ways keep four patterns, and all are answered right', () => {
  const patterns = new RequestPatterns();
  const ways = [' ', '  ', '   ', '    ', '     '].map((gap) => iris.replace('{', `{${gap}`));
  for (let round = 0; round < 50; round += 1) {
    for (const text of ways) expect(outcome(sentText(text), patterns)).toEqual(outcome(sentText(text)));
  }
});

test('requests that are never alike are soon read without looking for their pattern', () => {
  const made = vi.spyOn(RequestPattern, 'of');
  const patterns = new RequestPatterns();
  for (let round = 0; round < 5_000; round += 1) {
    outcome(sentText(iris.replace('"x"', `"x${round}"`)), patterns);
  }
  expect(made.mock.calls.length).toBeGreaterThan(5);
  expect(made.mock.calls.length).toBeLessThan(20);
  made.mockRestore();
});
