import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { commandWords, shellWord } from './shell-words.ts';

test.each([
  ['iris', 'iris'],
  ['ana@example.com', 'ana@example.com'],
  ['1=90', '1=90'],
  ['iris*', "'iris*'"],
  ['it’s', "'it’s'"],
  ["it's", "'it'\\''s'"],
  ['', "''"],
  ['=ls', "'=ls'"],
  ['$(id)', "'$(id)'"],
])('%s is written %s', (text, word) => {
  expect(shellWord(text)).toBe(word);
});

test('a shell reads each word as what it was', () => {
  // A shell argument holds everything but NUL.
  const words = fc.array(
    fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\0', '')),
    { minLength: 1, maxLength: 20 },
  );
  fc.assert(
    fc.property(words, (texts) => {
      const script = `printf '%s\\0' ${texts.map(shellWord).join(' ')}`;
      expect(execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1)).toEqual(
        texts.map((text) => text.toWellFormed()),
      );
    }),
    { numRuns: 50 },
  );
});

test('options without a value are left out or stand alone, lists repeat their option', () => {
  expect(commandWords('do', ['a'], { on: true, off: false, none: undefined, each: ['x', 'y'], many: 3 })).toBe(
    'do a --on --each x --each y --many 3',
  );
});

test('what begins with a dash stays a value', () => {
  expect(commandWords('do', ['-a', 'b'], { text: '-o json', other: '--server' })).toBe(
    "do '--text=-o json' --other=--server -- -a b",
  );
});
