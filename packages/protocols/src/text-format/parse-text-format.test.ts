import { ClusterError } from '@cluster-ai/core/errors.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseTextFormat, type TextMessage, type TextValue } from './parse-text-format.ts';

type Plain = string | [string, Plain][];

/** Fields as pairs, so that a whole message can be compared. */
function plain(value: TextValue): Plain {
  if (value.kind !== 'message') return value.text;
  return value.fields.map((field): [string, Plain] => [field.name, plain(field.value)]);
}

function parsed(text: string): Plain {
  return plain(parseTextFormat(text));
}

describe('a text is read in all the ways in which it can be written', () => {
  const wanted = [
    ['name', 'a'],
    [
      'input',
      [
        ['dims', '-1'],
        ['dims', '16'],
      ],
    ],
  ];
  test.each([
    ['one line a field', 'name: "a"\ninput {\n  dims: -1\n  dims: 16\n}'],
    ['lists', "name: 'a' input [ { dims: [ -1, 16 ] } ]"],
    ['angle brackets, separators and a colon before a message', 'name: "a"; input: < dims: [-1,16]; >,'],
    ['comments and a space behind the minus', '# about\nname: "a" # more\ninput { dims: - 1 dims: [16] } #'],
    ['a byte order mark and Windows line ends', '\uFEFFname: "a"\r\ninput {\r\ndims: [-1,\r\n16]\r\n}\r\n'],
  ])('%s', (_how, text) => {
    expect(parsed(text)).toEqual(wanted);
  });

  test('an empty list has no values, and an empty message is there', () => {
    expect(parsed('dims: [] reshape { shape: [ ] } all: {}')).toEqual([
      ['reshape', []],
      ['all', []],
    ]);
  });

  test('texts in pieces are one, and escapes are bytes', () => {
    expect(parsed(String.raw`a: "x" 'y'` + '\n' + String.raw`"\n\t\"\\\x41\101\u00e9\U0001F600\303\251"`)).toEqual([
      ['a', 'xy\n\t"\\AAé😀é'],
    ]);
  });

  test('numbers and words stay as they are written', () => {
    expect(parsed('a: [0x1F, 017, 1.5e-3f, .5, -inf, nan, TYPE_FP32, true]')).toEqual(
      ['0x1F', '017', '1.5e-3f', '.5', '-inf', 'nan', 'TYPE_FP32', 'true'].map((text) => ['a', text]),
    );
  });
});

describe('what cannot be read is named with its place', () => {
  test.each([
    ['max_batch_size 8', 'line 1, column 16: expected ":" or "{" behind max_batch_size, got "8"'],
    ['input [\n  {\n    name: "a"\n', 'line 4, column 1: expected the name of a field, got the end of the text'],
    ['a: "b', 'line 1, column 4: the text has no end on its line'],
    ['a: "b\nc"', 'line 1, column 4: the text has no end on its line'],
    ['a: 12abc', 'line 1, column 4: a letter stands right behind the number 12'],
    ['a: [1 2]', 'line 1, column 7: expected "," or "]" in the list of a, got "2"'],
    ['a: [1,]', 'line 1, column 7: expected the value of a, got "]"'],
    ['{', 'line 1, column 1: expected the name of a field, got "{"'],
    ['a { b: 1 >', 'line 1, column 10: expected the name of a field, got ">"'],
    ['[foo.bar]: 1', 'line 1, column 1: extensions are not known here'],
    ['a: @', 'line 1, column 4: unexpected "@"'],
    [String.raw`a: "\q"`, String.raw`line 1, column 4: "\\q" is no escape sequence`],
    [String.raw`a: "\xff"`, 'line 1, column 4: the text is not UTF-8'],
    [String.raw`a: "\777"`, String.raw`line 1, column 4: \777 is larger than a byte`],
    [String.raw`a: "\ud800"`, String.raw`line 1, column 4: \ud800 is no character`],
    ['a: - "x"', 'line 1, column 4: expected the value of a, got "-"'],
  ])('%j', (text, message) => {
    expect(() => parseTextFormat(text)).toThrow(expect.objectContaining({ code: 'MODEL_INVALID', message }));
  });

  test('what passes a limit', () => {
    const limits = { charactersMax: 200, depthMax: 3, valuesMax: 5 };
    expect(() => parseTextFormat('a'.repeat(201), limits)).toThrow('more than the limit of 200');
    expect(() => parseTextFormat('a{a{a{a{', limits)).toThrow('messages lie more than 3 deep');
    expect(() => parseTextFormat('a: [1,2,3,4,5,6]', limits)).toThrow('more than 5 values');
  });
});

test('whatever the text is, the answer is a message or an error of the table', () => {
  const pieces = fc.constantFrom(
    'a',
    ':',
    '{',
    '}',
    '<',
    '>',
    '[',
    ']',
    ',',
    ';',
    '"x"',
    "'",
    '\\',
    '-',
    '1',
    '\n',
    '#',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(pieces).map((parts) => parts.join(' ')),
      ),
      (text) => {
        let message: TextMessage | null = null;
        try {
          message = parseTextFormat(text);
        } catch (error) {
          expect(error).toBeInstanceOf(ClusterError);
        }
        expect(message === null || Array.isArray(message.fields)).toBe(true);
      },
    ),
  );
});
