import fc from 'fast-check';
import { expect, test } from 'vitest';
import { StreamTable } from './stream-table.ts';

test('it holds what a Map would, whatever comes and goes', () => {
  const id = fc.oneof(fc.nat({ max: 60 }), fc.nat({ max: 2 ** 31 - 1 })).map((number) => number | 1);
  const step = fc.record({ adds: fc.boolean(), id });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const table = new StreamTable<{ readonly id: number }>();
      const map = new Map<number, { readonly id: number }>();
      for (const { adds, id: number } of steps) {
        if (!adds) {
          table.delete(number);
          map.delete(number);
        } else if (!map.has(number)) {
          const stream = { id: number };
          table.add(stream);
          map.set(number, stream);
        }
        expect(table.size).toBe(map.size);
        for (const { id: known } of steps) expect(table.get(known)).toBe(map.get(known));
      }
      expect(new Set(table.all())).toEqual(new Set(map.values()));
    }),
    { numRuns: 300 },
  );
});

test('streams that follow one another for long cost it no more places', () => {
  const table = new StreamTable<{ readonly id: number }>();
  for (let id = 1; id < 200_001; id += 2) {
    table.add({ id });
    if (id > 16) table.delete(id - 16);
  }
  expect(table.size).toBe(8);
  expect(
    table
      .all()
      .map(({ id }) => id)
      .toSorted((left, right) => left - right),
  ).toEqual([199_985, 199_987, 199_989, 199_991, 199_993, 199_995, 199_997, 199_999]);
});
