import { expect, test } from 'vitest';
import { diffTable, diffVariants } from './variant-diff.ts';

const variant = (version: number, weight: number) => ({ model: 'iris', version, weight });

test('shares are compared, not weights', () => {
  expect(diffVariants([variant(1, 9), variant(2, 1)], [variant(1, 90), variant(2, 10)])).toEqual([
    { model: 'iris', version: 1, before: 0.9, after: 0.9 },
    { model: 'iris', version: 2, before: 0.1, after: 0.1 },
  ]);
});

test('a version that comes, goes, grows or shrinks says so', () => {
  const table = diffTable(
    diffVariants([variant(1, 50), variant(2, 30), variant(3, 20)], [variant(1, 60), variant(2, 10), variant(4, 30)]),
  );
  expect(table.split('\n').map((line) => line.replaceAll(/ {2,}/g, '|'))).toEqual([
    'MODEL|VERSION|BEFORE|AFTER|CHANGE',
    'iris|1|50 %|60 %|+10 %',
    'iris|2|30 %|10 %|-20 %',
    'iris|3|20 %|0 %|gone',
    'iris|4|0 %|30 %|new',
  ]);
});

test('a route that had no traffic is all new, and weights of 0 share nothing', () => {
  expect(diffVariants([], [variant(1, 0)])).toEqual([{ model: 'iris', version: 1, before: 0, after: 0 }]);
});
