import { binomialBound } from '@cluster-ai/testkit/statistics/binomial.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../ports/random.ts';
import { chooseVariant, type WeightedVariant } from './choose-variant.ts';

const draws = 20_000;
const units = Array.from({ length: draws }, (_, index) => `user-${index}`);

const splits: [string, Record<string, number>][] = [
  ['90/10', { champion: 90, candidate: 10 }],
  ['99.9/0.1', { champion: 999, candidate: 1 }],
  ['thirds with a fourth that is off', { a: 1, b: 1, off: 0, c: 1 }],
  ['tiny weights', { a: 1e-9, b: 3e-9 }],
  ['one that is off, and one', { off: 0, only: 5 }],
];

function variantsOf(weights: Record<string, number>): WeightedVariant[] {
  return Object.entries(weights).map(([id, weight]) => ({ id, weight }));
}

function placementOf(variants: readonly WeightedVariant[], salt = 'route'): (string | undefined)[] {
  const never = () => {
    throw new Error('a sticky unit must not be drawn');
  };
  return units.map((unit) => chooseVariant(variants, unit, salt, never)?.id);
}

/** What of the shares chance does not explain, in words. */
function unlikelyShares(chosen: readonly (string | undefined)[], weights: Record<string, number>): string[] {
  const total = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
  return Object.entries(weights).flatMap(([id, weight]) => {
    const { min, max } = binomialBound(draws, weight / total, 1e-9);
    const count = chosen.filter((choice) => choice === id).length;
    return count >= min && count <= max ? [] : [`${id}: ${count} of ${draws}, expected ${min} to ${max}`];
  });
}

describe('without a unit', () => {
  test.each(splits)('%s: drawn by weight', (_, weights) => {
    const random = seededRandom(20_261_122);
    const variants = variantsOf(weights);
    const chosen = units.map(() => chooseVariant(variants, null, 'route', random)?.id);
    expect(unlikelyShares(chosen, weights)).toEqual([]);
  });

  test.each([0, 0.5, 1 - 2 ** -53])('a draw of %d chooses a variant with weight', (point) => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(0, 0.1, 0.3, 1, 7), { minLength: 1, maxLength: 6 }), (weights) => {
        const variants = weights.map((weight, index) => ({ id: String(index), weight }));
        const chosen = chooseVariant(variants, null, 'route', () => point);
        if (weights.every((weight) => weight === 0)) expect(chosen).toBeNull();
        else expect(chosen?.weight).toBeGreaterThan(0);
      }),
    );
  });
});

describe('with a unit', () => {
  test.each(splits)('%s: placed by weight, the same way each time and in any order', (_, weights) => {
    const placement = placementOf(variantsOf(weights));
    expect(unlikelyShares(placement, weights)).toEqual([]);
    expect(placementOf(variantsOf(weights).toReversed())).toEqual(placement);
  });

  test('two routes place their units independently', () => {
    const variants = variantsOf({ champion: 90, candidate: 10 });
    const [one, other] = [placementOf(variants, 'one'), placementOf(variants, 'other')];
    const both = units.filter((_, index) => one[index] === 'candidate' && other[index] === 'candidate').length;
    const { min, max } = binomialBound(draws, 0.01, 1e-9);
    expect(both).toBeGreaterThanOrEqual(min);
    expect(both).toBeLessThanOrEqual(max);
  });

  test('raising a weight moves units to that variant only, and as many as it gains', () => {
    const before = placementOf(variantsOf({ a: 50, b: 30, c: 20 }));
    const after = placementOf(variantsOf({ a: 50, b: 30, c: 40 }));
    const moved = units.flatMap((_, index) => (before[index] === after[index] ? [] : [after[index]]));
    expect(new Set(moved)).toEqual(new Set(['c']));
    const { min, max } = binomialBound(draws, 40 / 120 - 20 / 100, 1e-9);
    expect(moved.length).toBeGreaterThanOrEqual(min);
    expect(moved.length).toBeLessThanOrEqual(max);
  });

  test.each([
    ['is not ready', { a: 50, c: 20 }],
    ['has no weight any more', { a: 50, b: 0, c: 20 }],
  ])('when a variant %s, only its own units move, to the others by weight', (_, rest) => {
    const before = placementOf(variantsOf({ a: 50, b: 30, c: 20 }));
    const after = placementOf(variantsOf(rest));
    const [left, stayed] = [
      units.flatMap((_, index) => (before[index] === 'b' ? [after[index]] : [])),
      units.filter((_, index) => before[index] !== 'b' && before[index] === after[index]).length,
    ];
    expect(stayed + left.length).toBe(draws);
    const { min, max } = binomialBound(left.length, 50 / 70, 1e-9);
    const toA = left.filter((id) => id === 'a').length;
    expect(toA + left.filter((id) => id === 'c').length).toBe(left.length);
    expect(toA).toBeGreaterThanOrEqual(min);
    expect(toA).toBeLessThanOrEqual(max);
  });
});

describe('nothing to choose', () => {
  test.each([
    ['no variants', []],
    ['one without weight', [{ id: 'a', weight: 0 }]],
    [
      'two without weight',
      [
        { id: 'a', weight: 0 },
        { id: 'b', weight: 0 },
      ],
    ],
  ])('%s', (_, variants) => {
    expect(chooseVariant(variants, null, 'route', seededRandom(1))).toBeNull();
    expect(chooseVariant(variants, 'unit', 'route', seededRandom(1))).toBeNull();
  });
});
