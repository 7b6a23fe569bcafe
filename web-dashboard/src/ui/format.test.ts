import { expect, test } from 'vitest';
import { formatBytes, formatDuration, formatMs, formatPercent, formatRate, plural } from './format.ts';

test.each([
  [0, '0'],
  [0.004, '<0.01'],
  [0.5, '0.50'],
  [42.123, '42.1'],
  [1_284.3, '1,284'],
])('a rate of %d is shown as %s', (value, text) => expect(formatRate(value)).toBe(text));

test.each([
  [0.82, '0.82'],
  [12.34, '12.3'],
  [1_234.5, '1,235'],
])('%d milliseconds are shown as %s', (value, text) => expect(formatMs(value)).toBe(text));

test.each([
  [0, '0 %'],
  [1, '100 %'],
  [0.9, '90 %'],
  [0.005, '0.5 %'],
  [0.000_01, '<0.01 %'],
  [0.999_99, '>99.99 %'],
  [0.1234, '12 %'],
])('a share of %d is shown as %s', (share, text) => expect(formatPercent(share)).toBe(text));

test.each([
  [512, '512 B'],
  [1_204, '1.2 KiB'],
  [148_000_000, '141 MiB'],
  [3 * 2 ** 30, '3.0 GiB'],
])('%d bytes are shown as %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

test.each([
  [-5, '0 s'],
  [59_999, '59 s'],
  [61_000, '1 min'],
  [3 * 3_600_000 + 720_000, '3 h 12 min'],
  [50 * 3_600_000, '2 d 2 h'],
])('%d milliseconds last %s', (milliseconds, text) => expect(formatDuration(milliseconds)).toBe(text));

test('one is singular, anything else is plural', () => {
  expect([0, 1, 2].map((count) => plural(count, 'model'))).toEqual(['0 models', '1 model', '2 models']);
});
