import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LevelSet, levelSetSize } from './level-set.ts';

const level = fc.oneof(fc.constantFrom(0, 31, 32, 63, 991, 992, 1_023), fc.nat({ max: levelSetSize - 1 }));

test('the lowest member from any place on is that of a plain set', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), level), { maxLength: 60 }), level, (changes, from) => {
      const set = new LevelSet();
      const plain = new Set<number>();
      for (const [adds, number] of changes) {
        if (adds) {
          set.add(number);
          plain.add(number);
        } else {
          set.delete(number);
          plain.delete(number);
        }
      }
      const members = [...plain].toSorted((left, right) => left - right);
      expect(set.atLeast(0)).toBe(members[0] ?? -1);
      expect(set.atLeast(from)).toBe(members.find((number) => number >= from) ?? -1);
      expect(set.atLeast(levelSetSize)).toBe(-1);
    }),
  );
});
