import { expect, test } from 'vitest';
import { parseExpiry } from './parse-expiry.ts';

const nowMs = Date.parse('2026-05-01T12:00:00Z');

test.each([
  ['90d', '2026-07-30T12:00:00.000Z'],
  ['12h', '2026-05-02T00:00:00.000Z'],
  ['30m', '2026-05-01T12:30:00.000Z'],
  ['2w', '2026-05-15T12:00:00.000Z'],
  ['2026-12-31', '2026-12-31T00:00:00.000Z'],
  ['2026-12-31T10:00+02:00', '2026-12-31T08:00:00.000Z'],
  ['never', null],
])('reads %s', (text, time) => {
  expect(parseExpiry(text, nowMs)).toBe(time);
});

test.each(['', '90', '90x', '0d', 'tomorrow', '2026-13-01', '31.12.2026', '1 d'])(
  'refuses %s, saying what is allowed',
  (text) => {
    expect(() => parseExpiry(text, nowMs)).toThrow('It must be a time from now such as 90d');
  },
);

test('refuses what has passed, and what is too far away', () => {
  expect(() => parseExpiry('2026-05-01', nowMs)).toThrow('This time has passed.');
  expect(() => parseExpiry('9999999w', nowMs)).toThrow('Write never');
});
