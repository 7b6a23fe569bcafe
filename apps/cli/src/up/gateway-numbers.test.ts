import { expect, test } from 'vitest';
import { numbered, processName } from './gateway-numbers.ts';

test('the first gateway keeps its name and folder; the others get numbers', () => {
  expect([1, 2, 11].map((number) => numbered('gateway-1', number))).toEqual(['gateway-1', 'gateway-2', 'gateway-11']);
  expect([1, 2].map((number) => numbered('/data/edge', number))).toEqual(['/data/edge', '/data/edge-2']);
  expect([1, 2].map(processName)).toEqual(['gateway', 'gateway-2']);
});
