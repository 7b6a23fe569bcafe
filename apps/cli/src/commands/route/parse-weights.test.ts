import { expect, test } from 'vitest';
import { parseShare } from './parse-weights.ts';

test.each([
  ['1=90', { model: null, version: '1', weight: 90 }],
  ['champion=0.5', { model: null, version: 'champion', weight: 0.5 }],
  ['other-model@3=0', { model: 'other-model', version: '3', weight: 0 }],
])('reads %s', (text, share) => {
  expect(parseShare(text)).toEqual(share);
});

test.each(['90', '1=', '=90', '1=-1', '1=ninety', '1=2=3', '@1=5', '1=1000001'])(
  'refuses %s, saying what is allowed',
  (text) => {
    expect(() => parseShare(text)).toThrow(`${text}: is no share; allowed: <version or alias>=<weight>`);
  },
);
