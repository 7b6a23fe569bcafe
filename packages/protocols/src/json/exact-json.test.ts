import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseExactJson, type ExactJson } from './exact-json.ts';

/** Large integers as JSON.parse gives them. */
function rounded(value: ExactJson): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(rounded);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, rounded(item)]));
}

/** JSON text with numbers in every notation, odd strings and blanks between. */
const digits = (min: number, max: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: min, maxLength: max });
const numberText = fc
  .tuple(
    fc.constantFrom('', '-'),
    fc.oneof(
      fc.constant('0'),
      digits(0, 25).map((rest) => `7${rest}`),
    ),
    fc.option(digits(1, 25), { nil: '' }),
    fc.option(
      fc.tuple(fc.constantFrom('e', 'E', 'e+', 'E-'), digits(1, 3)).map((parts) => parts.join('')),
      { nil: '' },
    ),
  )
  .map(([sign, whole, fraction, exponent]) => `${sign}${whole}${fraction && `.${fraction}`}${exponent}`);
const stringText = fc.oneof(
  fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text)),
  fc.constantFrom('"\\u0041\\ud83d\\ude00\\/\\b\\f\\n\\r\\t\\\\\\""', '"\\ud800"', '"__proto__"', '"\u2028\u007f"'),
);
const blank = fc.string({ unit: fc.constantFrom(' ', '\t', '\n', '\r'), maxLength: 2 });
const { document } = fc.letrec<{ document: string; array: string; object: string }>((tie) => ({
  document: fc.oneof(
    { maxDepth: 6, withCrossShrink: true },
    numberText,
    stringText,
    fc.constantFrom('true', 'false', 'null'),
    tie('array'),
    tie('object'),
  ),
  array: fc
    .tuple(blank, fc.array(tie('document'), { maxLength: 5 }))
    .map(([space, items]) => `[${items.map((item) => space + item).join(`${space},`)}${space}]`),
  object: fc
    .tuple(blank, fc.array(fc.tuple(stringText, tie('document')), { maxLength: 5 }))
    .map(
      ([space, members]) =>
        `{${space}${members.map(([key, value]) => `${key}${space}:${space}${value}`).join(`,${space}`)}${space}}`,
    ),
}));

describe('against JSON.parse', () => {
  test('random JSON reads the same', () => {
    fc.assert(
      fc.property(blank, document, (space, text) => {
        expect(rounded(parseExactJson(space + text + space))).toStrictEqual(JSON.parse(text));
      }),
      { numRuns: 2_000 },
    );
  });

  test('every double reads as the same bits', () => {
    fc.assert(
      fc.property(fc.double(), (value) => {
        if (!Number.isFinite(value)) return;
        for (const text of [JSON.stringify(value), value.toExponential(), value.toFixed(15), value.toPrecision(17)]) {
          expect(rounded(parseExactJson(text))).toBe(JSON.parse(text));
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test('a cut, a changed character or random text is read alike or refused alike', () => {
    const broken = fc.oneof(
      fc.tuple(document, fc.nat()).map(([text, at]) => text.slice(0, at % (text.length + 1))),
      fc
        .tuple(document, fc.nat(), fc.constantFrom(...'[]{},:"\\0-+.eE x\u0000\u001f'))
        .map(
          ([text, at, character]) => text.slice(0, at % text.length) + character + text.slice((at % text.length) + 1),
        ),
      fc.string({ unit: fc.constantFrom(...'[]{},:"\\u0123456789-+.eEtrufalsn \n') }),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(broken, (text) => {
        const found = attempt(() => parseExactJson(text));
        const expected = attempt(() => JSON.parse(text) as ExactJson);
        if ('value' in found) {
          expect(rounded(found.value)).toStrictEqual('value' in expected ? expected.value : text);
          return;
        }
        expect(expected).not.toHaveProperty('value');
        expect(found.error).toMatchObject({ name: 'ClusterError', code: 'INVALID_ARGUMENT' });
        expect(found.error).toHaveProperty(
          'message',
          expect.stringMatching(/^failed to parse the request JSON buffer: (unexpected |the string at position \d)/),
        );
      }),
      { numRuns: 5_000 },
    );
  });
});

function attempt(parse: () => ExactJson): { value: ExactJson } | { error: unknown } {
  try {
    return { value: parse() };
  } catch (error) {
    return { error };
  }
}

describe('beyond JSON.parse', () => {
  test('integers stay exact, whatever their size', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 200n), max: 2n ** 200n }), (integer) => {
        const found = parseExactJson(String(integer));
        expect(BigInt(found as number | bigint)).toBe(integer); // An integer reads as one of the two.
      }),
    );
  });

  test.each([
    ['NaN', Number.NaN],
    ['[NaN, Infinity,-Infinity]', [Number.NaN, Infinity, -Infinity]],
    ['{"x":-Infinity}', { x: -Infinity }],
    ['9007199254740991', 9007199254740991],
    ['9007199254740992', 9007199254740992n],
    ['-9223372036854775808', -(2n ** 63n)],
    ['9007199254740993.0', 9007199254740992],
    ['-0', -0],
    ['1e400', Infinity],
  ])('%s', (text, value) => {
    expect(parseExactJson(text)).toStrictEqual(value);
  });

  test.each([
    ['-NaN', 'unexpected character "-" at position 0'],
    ['+1', 'unexpected character "+" at position 0'],
    ['nan', 'unexpected character "n" at position 0'],
    ['Infinit', 'unexpected character "I" at position 0'],
    ['[1,]', 'unexpected character "]" at position 3'],
    ['[1 2]', 'unexpected character "2" at position 3'],
    ['{"a" 1}', 'unexpected character "1" at position 5'],
    ['{a:1}', 'unexpected character "a" at position 1'],
    ['01', 'unexpected character "0" at position 0'],
    ['1.', 'unexpected character "1" at position 0'],
    ['"\\x"', 'the string at position 0 holds a control character, or an escape that JSON does not have'],
    ['"abc', 'unexpected end at position 4'],
    ['"abc\\', 'unexpected end at position 5'],
    ['', 'unexpected end at position 0'],
    ['1 1', 'unexpected character "1" at position 2'],
  ])('%j is refused with the place', (text, message) => {
    expect(() => parseExactJson(text)).toThrow(`failed to parse the request JSON buffer: ${message}`);
  });

  test('keys that name members of every object are plain keys', () => {
    const found = parseExactJson('{"__proto__":{"polluted":true},"constructor":1,"toString":2}');
    expect(Object.keys(found as object)).toEqual(['__proto__', 'constructor', 'toString']); // The text is an object.
    expect(Object.getPrototypeOf(found)).toBe(Object.prototype);
    expect({}).not.toHaveProperty('polluted');
  });

  test.each(['[', '{"a":'])('nesting of %s ends at 100 levels', (open) => {
    const close = open === '[' ? ']' : '}';
    expect(() => parseExactJson(`${open.repeat(100)}1${close.repeat(100)}`)).not.toThrow();
    expect(() => parseExactJson(open.repeat(101))).toThrow('JSON nesting depth exceeds maximum allowed limit (100)');
    expect(() => parseExactJson(open.repeat(1_000_000))).toThrow(
      'JSON nesting depth exceeds maximum allowed limit (100)',
    );
  });

  test('texts that are costly for other parsers take time in proportion to their size', () => {
    const size = 1_000_000;
    const texts = {
      'one string': `["${'a'.repeat(size)}",NaN]`,
      'a string of escapes': `["${'\\n'.repeat(size / 2)}",NaN]`,
      'one integer': `[${'9'.repeat(size)}]`,
      'one fraction': `[0.${'9'.repeat(size)}]`,
      'integers beyond 2^53': `[${Array.from({ length: size / 20 }, () => '1234567890123456789').join(',')}]`,
      'small integers': `[${'1,'.repeat(size / 2)}NaN]`,
      'empty objects': `[${'{},'.repeat(size / 3)}NaN]`,
      blanks: `[${' '.repeat(size)}NaN]`,
    };
    for (const [name, text] of Object.entries(texts)) {
      const startedAt = performance.now();
      parseExactJson(text);
      const elapsedMs = performance.now() - startedAt;
      console.log(`exact parser, 1 MB, ${name}: ${elapsedMs.toFixed(0)} ms`);
      expect(elapsedMs).toBeLessThan(2_000);
    }
  });
});
