import { elementBytes } from '@cluster-ai/core/tensors/datatype.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { endOfArray, readNumbers, type NumberType } from './read-numbers.ts';

const encode = (text: string) => new TextEncoder().encode(text);

/** The numbers of a text as doubles or float32, which is how tensors begin; null where the module leaves them to others. */
function read(text: string, datatype: 'FP32' | 'FP64', count: number): number[] | null {
  const out = new Uint8Array(count * elementBytes[datatype]);
  if (readNumbers(encode(text), datatype, out) === null) return null;
  return [...(datatype === 'FP32' ? new Float32Array(out.buffer) : new Float64Array(out.buffer))];
}

const integerArrays = {
  BOOL: Uint8Array,
  INT8: Int8Array,
  UINT8: Uint8Array,
  INT16: Int16Array,
  UINT16: Uint16Array,
  INT32: Int32Array,
  UINT32: Uint32Array,
  INT64: BigInt64Array,
  UINT64: BigUint64Array,
} as const;

function readIntegers(text: string, datatype: keyof typeof integerArrays, count: number): bigint[] | null {
  const out = new Uint8Array(count * elementBytes[datatype]);
  if (readNumbers(encode(text), datatype, out) === null) return null;
  return Array.from<number | bigint, bigint>(new integerArrays[datatype](out.buffer), BigInt);
}

/**
 * Each number is read in five places, because there are several readers: alone, at the end of a list, far in front of the end
 * of a list, and with blanks.
 */
function placesOf(token: string): { text: string; count: number; index: number }[] {
  const rest = ',7'.repeat(30);
  return [
    { text: `[${token}]`, count: 1, index: 0 },
    { text: `[7,${token}]`, count: 2, index: 1 },
    { text: `[${token}${rest}]`, count: 31, index: 0 },
    { text: `[7, ${token}${rest}]`, count: 32, index: 1 },
    { text: `[[\n${token} ]${rest}]`, count: 31, index: 0 },
  ];
}

/** @returns how many times the module read it; each time it must be what JavaScript reads. */
function expectTimesRead(token: string): number {
  const expected = Number(token);
  let times = 0;
  for (const { text, count, index } of placesOf(token)) {
    const double = read(text, 'FP64', count);
    if (double !== null && !Object.is(double[index], expected)) throw new Error(`${text} is ${double[index]} as FP64`);
    const float = read(text, 'FP32', count);
    if (float !== null && !Object.is(float[index], Math.fround(expected))) {
      throw new Error(`${text} is ${float[index]} as FP32`);
    }
    if (double !== null && float !== null) times += 1;
  }
  return times;
}

const digits = (min: number, max: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: min, maxLength: max });
const sign = fc.constantFrom('', '-');

/** Any number that JSON has. */
const numberText = fc
  .tuple(
    sign,
    fc.oneof(
      fc.constant('0'),
      digits(0, 25).map((rest) => `7${rest}`),
      digits(0, 9).map((rest) => `1${rest}`),
    ),
    fc.option(
      digits(1, 40).map((fraction) => `.${fraction}`),
      { nil: '' },
    ),
    fc.option(
      fc.tuple(fc.constantFrom('e', 'E', 'e+', 'E-'), digits(1, 4)).map((parts) => parts.join('')),
      { nil: '' },
    ),
  )
  .map((parts) => parts.join(''));

/** A number exactly halfway between two doubles, or two float32, and just beside it: all digits of it. */
const halfway = fc
  .tuple(fc.bigInt({ min: 1n, max: 2n ** 53n - 1n }), fc.constantFrom(24n, 53n), fc.integer({ min: -140, max: 100 }))
  .chain(([bits, precision, power]) => {
    const mantissa = (bits % 2n ** (precision - 1n)) + 2n ** (precision - 1n);
    const odd = mantissa * 2n + 1n;
    const exact = power >= 0 ? odd * 2n ** BigInt(power) : odd * 5n ** BigInt(-power);
    const places = power >= 0 ? 0 : -power;
    return fc.constantFrom(
      `${exact}e-${places}`,
      `${exact}${'0'.repeat(30)}1e-${places + 31}`,
      `${exact - 1n}${'9'.repeat(30)}e-${places + 30}`,
      withPoint(exact, places),
    );
  });

/** An integer divided by a power of ten, written with a point. */
function withPoint(integer: bigint, places: number): string {
  const text = String(integer).padStart(places + 1, '0');
  return places === 0 ? text : `${text.slice(0, -places)}.${text.slice(-places)}`;
}

describe('numbers read as JavaScript reads them', () => {
  test('whatever their digits', () => {
    fc.assert(
      fc.property(numberText, (token) => {
        expectTimesRead(token);
      }),
      { numRuns: 5_000 },
    );
  });

  test('halfway between two, exactly and almost', () => {
    fc.assert(
      fc.property(sign, halfway, (minus, token) => {
        expectTimesRead(minus + token);
      }),
      { numRuns: 3_000 },
    );
  });

  test('and in every form that programs write, without falling back to others', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const texts = [String(value), JSON.stringify(Math.fround(value)), value.toExponential(), value.toPrecision(17)];
        for (const text of texts) if (text !== 'null' && text !== '-0') expect(expectTimesRead(text)).toBe(5);
        if (Math.abs(value) < 1e9) expect(expectTimesRead(value.toFixed(7))).toBe(5);
      }),
      { numRuns: 2_000 },
    );
  });

  test('float32 written as doubles come back in every bit', () => {
    const patterns = new Uint32Array(20_000).map((_, index) => Math.imul(index, 0x9e3779b1));
    const finite = [...new Float32Array(patterns.buffer)].filter((value) => Number.isFinite(value));
    const text = `[${finite.map((value) => (Object.is(value, -0) ? '-0.0' : String(value))).join(',')}]`;
    expect(read(text, 'FP32', finite.length)).toStrictEqual(finite);
  });

  test('doubles next to a border between two float32 are rounded twice, as by JavaScript', () => {
    const next = new BigInt64Array(1);
    const asDouble = new Float64Array(next.buffer);
    for (let index = 1; index < 3_000; index += 1) {
      const low = Math.fround(index * 0.000_123_457 + 0.000_2);
      asDouble[0] = (low + Math.fround(low * (1 + 2 ** -23))) / 2;
      for (let steps = -3n; steps <= 3n; steps += 1n) {
        next[0] = (next[0] ?? 0n) + (steps === -3n ? -3n : 1n);
        expect(expectTimesRead(String(asDouble[0]))).toBe(5);
      }
    }
  });

  test.each([
    ['0', 0],
    ['-0', -0],
    ['-0.0', -0],
    ['0e0', 0],
    ['-0e999', -0],
    ['1e999', Infinity],
    ['-1e999', -Infinity],
    ['1e-400', 0],
    ['-1e-400', -0],
    ['5e-324', 5e-324],
    ['2.4703282292062327e-324', 0],
    ['2.4703282292062328e-324', 5e-324],
    ['2.2250738585072011e-308', 2.225_073_858_507_201e-308],
    ['1.7976931348623157e308', Number.MAX_VALUE],
    ['1.7976931348623159e308', Infinity],
    ['9007199254740993', 9_007_199_254_740_992],
    ['0.000000000000000000000000000000000000001', 1e-39],
    ['18446744073709551615', 18_446_744_073_709_552_000],
    ['1E+2', 100],
    ['0.1e1', 1],
  ])('%s', (token, value) => {
    expect(expectTimesRead(token)).toBe(5);
    expect(read(`[${token}]`, 'FP64', 1)).toStrictEqual([value]);
  });

  test.each([
    ['0.10000000000000000055511151231257827021181583404541015625', 5],
    ['9007199254740993.00000000000000000000', 5],
    // As good as halfway, with more digits than 64 bits hold: the plain way decides.
    ['9007199254740993.00000000000000000001', 0],
    ['0.1e000001', 0],
  ])('%s is read in %d places of 5', (token, times) => {
    expect(expectTimesRead(token)).toBe(times);
  });
});

describe('integers', () => {
  const limits: readonly [keyof typeof integerArrays, bigint, bigint][] = [
    ['INT8', -128n, 127n],
    ['UINT8', 0n, 255n],
    ['INT16', -(2n ** 15n), 2n ** 15n - 1n],
    ['UINT16', 0n, 2n ** 16n - 1n],
    ['INT32', -(2n ** 31n), 2n ** 31n - 1n],
    ['UINT32', 0n, 2n ** 32n - 1n],
    ['INT64', -(2n ** 63n), 2n ** 63n - 1n],
    ['UINT64', 0n, 2n ** 64n - 1n],
  ];

  test.each(limits)('%s are exact to both ends, and end there', (datatype, min, max) => {
    fc.assert(
      fc.property(fc.bigInt({ min: min - 3n, max: max + 3n }), fc.nat({ max: 30 }), (integer, others) => {
        for (const value of [integer, min, max, min - 1n, max + 1n]) {
          const text = `[${value}${',1'.repeat(others)}]`;
          const expected = [value, ...Array.from({ length: others }, () => 1n)];
          expect(readIntegers(text, datatype, others + 1)).toEqual(value >= min && value <= max ? expected : null);
        }
      }),
    );
  });

  test.each([
    ['1.0', 1n],
    ['1e2', 100n],
    ['12.50e1', 125n],
    ['-0', 0n],
    ['-0.0', 0n],
    ['9007199254740991.2', 9_007_199_254_740_991n],
    ['0.99999999999999999999', 1n],
    ['9007199254740993.0', null],
    ['1.5', null],
    ['1e400', null],
    ['1e-400', 0n],
    ['99999999999999999999', null],
    ['18446744073709551616', null],
    ['28446744073709551616', null],
    ['100000000000000000000', null],
  ])('%s as UINT64 is %s', (token, value) => {
    for (const { text, count, index } of placesOf(token)) {
      expect(readIntegers(text, 'UINT64', count)?.[index] ?? null).toBe(value);
    }
  });

  test('those beyond 2^53 and bare words are told', () => {
    const out = new Uint8Array(16);
    const exactOf = (text: string, datatype: NumberType, bytes: number) =>
      readNumbers(encode(text), datatype, out.subarray(0, bytes))?.needsExact;
    expect(exactOf('[9007199254740991,-9007199254740991]', 'INT64', 16)).toBe(false);
    expect(exactOf('[9007199254740992,1]', 'INT64', 16)).toBe(true);
    expect(exactOf('[1,-9007199254740992]', 'INT64', 16)).toBe(true);
    expect(exactOf('[9007199254740992,1]', 'FP64', 16)).toBe(false);
    expect(exactOf('[1,2]', 'FP64', 16)).toBe(false);
    expect(exactOf('[NaN,-Infinity]', 'FP64', 16)).toBe(true);
    expect([...new Float64Array(out.buffer)]).toEqual([Number.NaN, -Infinity]);
  });

  test('truth', () => {
    expect(readIntegers('[true,false,1,0,1.0,-0,1e0,0.0 , true]', 'BOOL', 9)).toEqual(
      [1, 0, 1, 0, 1, 0, 1, 0, 1].map(BigInt),
    );
    for (const other of ['2', '0.5', 'tru', 'True', 'NaN', '"true"']) {
      expect(readIntegers(`[${other}]`, 'BOOL', 1)).toBeNull();
    }
  });
});

describe('arrays', () => {
  test.each([
    ['[]', 0, { depth: 1, lists: 1, needsExact: false }],
    ['[ \n[\t1 , 2 ]\r,[] ,[[3]]]', 3, { depth: 3, lists: 5, needsExact: false }],
    ['[[],[[[]]]]', 0, { depth: 4, lists: 5, needsExact: false }],
  ])('%j', (text, count, found) => {
    expect(readNumbers(encode(text), 'FP32', new Uint8Array(count * 4))).toEqual(found);
  });

  const wrong = ['[1,]', '[,1]', '[1 2]', '[1,,2]', '[[1]2]', '[1[2]]', '[1', '[[1]', '[1]]', '[1],[2]', '[1}', '[01]'];
  const notNumbers = [
    '["1"]',
    '[null]',
    '[true]',
    '[{}]',
    '[+1]',
    '[.5]',
    '[1.]',
    '[1e]',
    '[1e+]',
    '[--1]',
    '[-]',
    '[nan]',
  ];
  test.each([...wrong, ...notNumbers, '[1.5.5]', '[1e5e5]', '[-NaN]', '[Infinit]', '[\u00a01]', '[1\u0000]', '[١]'])(
    '%s is left to others',
    (text) => {
      const long = `${text.slice(0, 1)}${'0.25,'.repeat(50)}${text.slice(1)}`;
      for (const datatype of ['FP32', 'FP64', 'INT32', 'UINT64'] as const) {
        for (let count = 0; count < 4; count += 1) {
          const bytes = elementBytes[datatype];
          expect(readNumbers(encode(text), datatype, new Uint8Array(count * bytes))).toBeNull();
          expect(readNumbers(encode(long), datatype, new Uint8Array((50 + count) * bytes))).toBeNull();
        }
      }
    },
  );

  test('more values than there is room for, and fewer, are left to others', () => {
    for (const count of [0, 2, 4]) expect(read('[1,2,3]', 'FP32', count)).toBeNull();
    expect(read('[1,2,3]', 'FP32', 3)).toEqual([1, 2, 3]);
  });

  test('longer than the memory of the module, cut anywhere', () => {
    fc.assert(
      fc.property(fc.nat({ max: 200 }), fc.constantFrom('', ' ', '\n  '), (shift, blank) => {
        const values = Array.from({ length: 40_000 }, (_, index) => Math.fround(Math.sin(index) * 10 ** (index % 12)));
        const text = `[${' '.repeat(shift)}${values.join(`,${blank}`)}]`;
        expect(read(text, 'FP32', values.length)).toStrictEqual(values);
        const integers = values.map((value) => BigInt(Math.trunc(value)));
        expect(readIntegers(`[${integers.join(`,${blank}`)}]`, 'INT64', integers.length)).toStrictEqual(integers);
      }),
      { numRuns: 4 },
    );
  });

  test('a number longer than the memory of the module is left to others', () => {
    expect(read(`[${'1'.repeat(100_000)}]`, 'FP64', 1)).toBeNull();
  });

  test('blanks without end are no token', () => {
    expect(read(`[${' '.repeat(200_000)}1${' '.repeat(200_000)}]`, 'FP64', 1)).toEqual([1]);
  });
});

describe('the end of an array', () => {
  test('is the bracket that closes the first', () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ maxDepth: 6 }).map((value) => JSON.stringify([value]).replaceAll(/"(?:[^"\\]|\\.)*"/g, '1e5')),
        fc.nat({ max: 20 }),
        fc.constantFrom('', ']', '[', ',1]}', '[[1'),
        (array, before, after) => {
          const text = `${' '.repeat(before)}${array}${after}`;
          expect(endOfArray(encode(text), before)).toBe(before + array.length);
        },
      ),
    );
  });

  test('is not there', () => {
    expect(endOfArray(encode('[[1,2]'), 0)).toBe(-1);
    expect(endOfArray(encode(`[${'1,'.repeat(100_000)}`), 0)).toBe(-1);
  });

  test('is found in a later piece', () => {
    const text = `[[${'1,'.repeat(100_000)}1]]`;
    expect(endOfArray(encode(`${text},[2]`), 0)).toBe(text.length);
  });
});
