import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isSame, shareChanges, sharesOf } from './shares.ts';

const iris = (version: number, weight: number) => ({ model: 'iris', version, weight });

test('shares are weights over their sum', () => {
  expect([...sharesOf([iris(1, 90), iris(2, 10)])]).toEqual([
    ['iris v1', 0.9],
    ['iris v2', 0.1],
  ]);
  expect([...sharesOf([iris(1, 0)])]).toEqual([['iris v1', 0]]);
});

test('a change names what comes, what goes and what moves', () => {
  expect(shareChanges([iris(1, 1), iris(2, 1)], [iris(2, 1), iris(3, 3)])).toEqual([
    { name: 'iris v1', before: 0.5, after: null },
    { name: 'iris v2', before: 0.5, after: 0.25 },
    { name: 'iris v3', before: null, after: 0.75 },
  ]);
});

test('multiplying every weight changes nothing', () => {
  const weights = fc.uniqueArray(fc.integer({ min: 1, max: 1_000 }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(weights, (all) => {
      const before = all.map((weight, index) => iris(index + 1, weight));
      const after = all.map((weight, index) => iris(index + 1, weight * 4));
      return isSame(shareChanges(before, after));
    }),
  );
});
