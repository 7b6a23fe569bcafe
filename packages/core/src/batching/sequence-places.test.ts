import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SequencePlaces } from './sequence-places.ts';

test('places are given in the order of arrival, never more than there are, and none is lost', () => {
  const events = fc.array(fc.record({ leaves: fc.boolean(), which: fc.nat() }), { maxLength: 200 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), events, (max, course) => {
      const places = new SequencePlaces<number>(max);
      // What the simplest queue would do: the first of all who are there have the places, and keep them.
      const placed: number[] = [];
      const waiting: number[] = [];
      let count = 0;
      for (const { leaves, which } of course) {
        const present = [...placed, ...waiting];
        const leaver = present[which % Math.max(1, present.length)];
        if (leaves && leaver !== undefined) {
          const hadPlace = placed.includes(leaver);
          const next = hadPlace ? (waiting[0] ?? null) : null;
          expect(places.leave(leaver)).toBe(next);
          (hadPlace ? placed : waiting).splice((hadPlace ? placed : waiting).indexOf(leaver), 1);
          if (next !== null) placed.push(...waiting.splice(0, 1));
        } else {
          count += 1;
          places.enter(count);
          (placed.length < max ? placed : waiting).push(count);
        }
        expect(placed.length).toBeLessThanOrEqual(max);
        for (const one of placed) expect(places.has(one)).toBe(true);
        for (const one of waiting) expect(places.has(one)).toBe(false);
      }
    }),
  );
});

test('without a limit everybody has a place', () => {
  const places = new SequencePlaces<number>(Infinity);
  for (let one = 0; one < 1_000; one += 1) places.enter(one);
  expect(places.has(999)).toBe(true);
  expect(places.leave(0)).toBeNull();
});
