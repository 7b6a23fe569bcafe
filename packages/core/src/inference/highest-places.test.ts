import { expect, test } from 'vitest';
import { seededRandom } from '../ports/random.ts';
import { highestPlaces } from './highest-places.ts';

test('as a stable sort of all has them, for every count', () => {
  const random = seededRandom(7);
  const values = Float32Array.from({ length: 160 }, () => (random() < 0.1 ? Number.NaN : Math.floor(random() * 40)));
  const ranked = [...values].map((value, place) => ({ value: Number.isNaN(value) ? -Infinity : value, place }));
  const expected = ranked.toSorted((left, right) => right.value - left.value || left.place - right.place);
  for (let count = 0; count <= values.length; count += 1) {
    expect(highestPlaces(values, count)).toEqual(expected.slice(0, count).map(({ place }) => place));
  }
});

test.each([100, 101, 100_000])('the %i highest of a million are soon found, however they lie', (count) => {
  const orders = {
    rising: BigInt64Array.from({ length: 1_000_000 }, (_, place) => BigInt(place)),
    mixed: BigInt64Array.from({ length: 1_000_000 }, (_, place) => BigInt((place * 7_919) % 1_000_003)),
  };
  for (const [order, values] of Object.entries(orders)) {
    const begunAtMs = performance.now();
    const places = highestPlaces(values, count);
    const tookMs = performance.now() - begunAtMs;
    console.log(`${count} of a million, ${order}: ${tookMs.toFixed(0)} ms`);
    expect(places).toHaveLength(count);
    expect(tookMs).toBeLessThan(2_000);
  }
});
