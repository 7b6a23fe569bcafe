import { expect, test } from 'vitest';
import { withRange } from './selection.ts';

const keys = ['a', 'b', 'c', 'd', 'e'];
const after = (selected: readonly string[], from: string | undefined, to: string) =>
  [...withRange(new Set(selected), keys, from, to)].toSorted().join('');

test('a plain click selects one, and takes it back', () => {
  expect(after([], 'c', 'c')).toBe('c');
  expect(after(['c'], 'c', 'c')).toBe('');
  expect(after([], undefined, 'b')).toBe('b');
});

test('with shift the rows between are selected, upwards too, or taken back', () => {
  expect(after(['b'], 'b', 'd')).toBe('bcd');
  expect(after(['d'], 'd', 'b')).toBe('bcd');
  expect(after(['b', 'c', 'd', 'e'], 'c', 'e')).toBe('b');
});

test('a row that is no longer there starts no range', () => {
  expect(after([], 'gone', 'd')).toBe('d');
});
