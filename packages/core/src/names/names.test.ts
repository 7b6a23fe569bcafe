import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assertFilePath, filePathBytesMax } from './file-path.ts';
import { assertModelName, isModelName, nameLengthMax } from './model-name.ts';
import { assertTensorName, tensorNameLengthMax } from './tensor-name.ts';

describe('model names', () => {
  test.each(['iris', 'a', '7', 'resnet-50_v2.1', 'a..b', 'constructor', 'A'.repeat(nameLengthMax)])(
    '%s is one',
    (name) => {
      expect(isModelName(name)).toBe(true);
      expect(() => assertModelName(name)).not.toThrow();
    },
  );

  test.each([
    '',
    '.',
    '..',
    '-a',
    '_a',
    '.hidden',
    'a b',
    'a/b',
    'a\\b',
    'a:b',
    'a%2f',
    'iris\n',
    'é',
    '__proto__',
    'A'.repeat(nameLengthMax + 1),
  ])('%j is none', (name) => {
    expect(isModelName(name)).toBe(false);
    expect(() => assertModelName(name, 'route name')).toThrow(
      "is not valid: use 1 to 128 letters, digits, '.', '_' or '-', starting with a letter or digit",
    );
  });

  test('a refused name is quoted in part, whatever its length', () => {
    expect(() => assertModelName('/'.repeat(1_000_000))).toThrow(
      expect.objectContaining({ message: expect.stringMatching(/^.{1,300}$/) }),
    );
  });
});

describe('paths of files', () => {
  test.each([
    'model.onnx',
    'weights/part-1.bin',
    'a/b/c/d',
    '.hidden',
    'ünïcode 1.txt',
    '~',
    '-rf',
    `${'a'.repeat(251)}.bin`,
  ])('%s is taken', (path) => {
    expect(() => assertFilePath(path)).not.toThrow();
  });

  test.each([
    '',
    '/',
    '/etc/passwd',
    '..',
    '../x',
    'a/..',
    'a/../b',
    './a',
    'a/.',
    'a//b',
    'a/',
    'C:/x',
    'C:\\x',
    '..\\x',
    '\\\\host\\x',
    'a\u0000b',
    'a\nb',
    'a\u007f',
    'a\u0085b',
    'a\u202etxt.exe',
    '\ufeffa',
    '\ud800',
    'file:stream',
    'a?b',
    'a*',
    '"a"',
    '<a>',
    'a|b',
    '.. ',
    '. /x',
    'a /b',
    'a./b',
    '...',
    '.. /x',
    'é'.repeat(128),
    'a'.repeat(filePathBytesMax + 1),
    'a/'.repeat(1_000_000),
  ])('%j is refused', (path) => {
    expect(() => assertFilePath(path)).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message: expect.stringMatching(/^file path .{1,600} is not valid: /),
      }),
    );
  });

  test('whatever is taken stays inside the folder that it is joined to', () => {
    const segment = fc.oneof(
      fc.constantFrom('.', '..', '', ' ', '...', 'a', '~', '%2e%2e'),
      fc.string({ unit: 'grapheme', maxLength: 4 }),
    );
    fc.assert(
      fc.property(
        fc.array(segment, { minLength: 1, maxLength: 5 }),
        fc.constantFrom('/', '\\', '/./'),
        (segments, separator) => {
          const path = segments.join(separator);
          try {
            assertFilePath(path);
          } catch {
            return;
          }
          const { pathname } = new URL(path.replaceAll('%', '%25').replaceAll('#', '%23'), 'http://host/folder/');
          expect(pathname).toMatch(/^\/folder\/./);
          expect(pathname.split('/').length).toBe(path.split('/').length + 2);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe('tensor names', () => {
  test('up to the limit', () => {
    expect(() => assertTensorName('x'.repeat(tensorNameLengthMax))).not.toThrow();
    expect(() => assertTensorName('x'.repeat(tensorNameLengthMax + 1))).toThrow(
      'a tensor name has 4097 characters; at most 4096 are accepted',
    );
    expect(() => assertTensorName('')).toThrow('a tensor has an empty name');
  });
});
