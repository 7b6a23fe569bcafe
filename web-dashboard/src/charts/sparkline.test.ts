import { expect, test } from 'vitest';
import { sparkPath } from './sparkline.tsx';

test('the highest value is at the top, nothing at the bottom, and a gap lifts the pen', () => {
  expect(sparkPath([0, 10, null, 5, 10], 10)).toBe('M0 23L25 1M75 12L100 1');
});

test('without any traffic the line lies at the bottom', () => {
  expect(sparkPath([0, 0], 0)).toBe('M0 23L100 23');
  expect(sparkPath([null, null], 0)).toBe('');
});
