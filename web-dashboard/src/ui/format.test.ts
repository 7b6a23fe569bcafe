import { expect, test } from 'vitest';
import { formatIn } from './format.ts';

const en = formatIn('en');
const pt = formatIn('pt-BR');

test.each([
  [0, '0'],
  [0.004, '<0.01'],
  [0.5, '0.50'],
  [42.123, '42.1'],
  [1_284.3, '1,284'],
])('a rate of %d is shown as %s', (value, text) => expect(en.rate(value)).toBe(text));

test.each([
  [0.82, '0.82'],
  [12.34, '12.3'],
  [1_234.5, '1,235'],
])('%d milliseconds are shown as %s', (value, text) => expect(en.ms(value)).toBe(text));

test.each([
  [0, '0 %'],
  [1, '100 %'],
  [0.9, '90 %'],
  [0.005, '0.5 %'],
  [0.000_01, '<0.01 %'],
  [0.999_99, '>99.99 %'],
  [0.1234, '12 %'],
])('a share of %d is shown as %s', (share, text) => expect(en.percent(share)).toBe(text));

test.each([
  [512, '512 B'],
  [1_204, '1.2 KiB'],
  [148_000_000, '141 MiB'],
  [3 * 2 ** 30, '3.0 GiB'],
])('%d bytes are shown as %s', (bytes, text) => expect(en.bytes(bytes)).toBe(text));

test.each([
  [-5, '0 s'],
  [59_999, '59 s'],
  [61_000, '1 min'],
  [3 * 3_600_000 + 720_000, '3 h 12 min'],
  [50 * 3_600_000, '2 d 2 h'],
])('%d milliseconds last %s', (milliseconds, text) => expect(en.duration(milliseconds)).toBe(text));

test.each([
  [-1, '0 s'],
  [900, '1 s'],
  [89_001, '1 min 30 s'],
  [3_700_000, '1 h 1 min'],
])('%d milliseconds to wait are %s', (milliseconds, text) => expect(en.countdown(milliseconds)).toBe(text));

test('Portuguese has its own separators and words', () => {
  expect(pt.rate(1_284.3)).toBe('1.284');
  expect(pt.percent(0.005)).toBe('0,5 %');
  expect(pt.bytes(1_204)).toBe('1,2 KiB');
  expect(pt.relative(0, 3 * 60_000)).toBe('há 3 min.');
});

test.each([
  [4_000, 'now'],
  [45_000, '45 sec ago'],
  [3 * 60_000, '3 min ago'],
  [26 * 3_600_000, 'yesterday'],
  [-2 * 3_600_000, 'in 2 hr'],
])('%d milliseconds ago is %s', (age, text) => expect(en.relative(1e12 - age, 1e12).replace('.', '')).toBe(text));
