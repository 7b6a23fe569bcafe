import { chiSquare, chiSquareBound } from '@cluster-ai/testkit/statistics/chi-square.ts';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../ports/random.ts';
import { unitHash } from './unit-hash.ts';

const units = 100_000;
const cells = 256;

/** Chi-square of the counts of `cell(index)` over all units, against an even spread. */
function spread(cell: (index: number) => number): number {
  const counts = new Float64Array(cells);
  for (let index = 0; index < units; index += 1) {
    const at = cell(index);
    counts[at] = (counts[at] ?? 0) + 1;
  }
  return chiSquare(counts, new Float64Array(cells).fill(units / cells));
}

const random = seededRandom(7);
const randomText = Array.from({ length: units }, () =>
  String.fromCharCode(...Array.from({ length: 6 }, () => random() * 65_536)),
);

describe('unit hash', () => {
  test.each<[string, (index: number) => string]>([
    ['counters', (index) => String(index)],
    ['user names', (index) => `user-${index}`],
    ['padded counters', (index) => String(index).padStart(16, '0')],
    ['counters before a long end', (index) => `${index}${'@example.com'.repeat(3)}`],
    ['one character repeated', (index) => 'a'.repeat(index % 317) + String(Math.floor(index / 317))],
    ['random text', (index) => randomText[index] ?? ''],
  ])('spreads %s evenly, by its high bits and by its low ones', (_, unit) => {
    expect(spread((index) => Math.floor(unitHash(unit(index)) * cells))).toBeLessThan(chiSquareBound(cells - 1));
    expect(spread((index) => Math.floor((unitHash(unit(index)) * 2 ** 40) % cells))).toBeLessThan(
      chiSquareBound(cells - 1),
    );
  });

  test.each([
    ['a', 'b'],
    ['1', '2'],
    ['iris:1', 'iris:2'],
    ['v', 'vv'],
    ['', 'x'],
  ])('the places of one unit under %j and %j tell nothing about each other', (first, second) => {
    const joint = spread((index) => {
      const high = Math.floor(unitHash(`r\u0000${first}\u0000user-${index}`) * 16);
      return high * 16 + Math.floor(unitHash(`r\u0000${second}\u0000user-${index}`) * 16);
    });
    expect(joint).toBeLessThan(chiSquareBound(cells - 1));
  });

  test('is never 0 or 1 and does not change between versions', () => {
    for (const text of randomText) {
      expect(unitHash(text) > 0 && unitHash(text) < 1).toBe(true);
    }
    // Moving every sticky unit of every installation is never an accident.
    expect([unitHash(''), unitHash('user-1'), unitHash('ação')]).toMatchInlineSnapshot(`
      [
        0.5323411273147584,
        0.24292593955985897,
        0.6956646072730358,
      ]
    `);
  });
});
