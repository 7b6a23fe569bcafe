import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseIsolation, chooseSlot, restartDelayMs } from './placement.ts';

describe('chooseIsolation', () => {
  const small = {
    setting: undefined,
    sizeBytes: 10,
    strikes: 0,
    isSuspect: false,
    kills: 0,
    dedicatedFromBytes: 100,
    mayBeInline: false,
  };

  it.each([
    ['a small model shares', small, 'shared'],
    ['a large one does not', { ...small, sizeBytes: 100 }, 'dedicated'],
    ['the operator may let a large one share', { ...small, sizeBytes: 100, setting: 'shared' }, 'shared'],
    ['the operator may set a small one apart', { ...small, setting: 'dedicated' }, 'dedicated'],
    ['one kill from outside proves nothing', { ...small, kills: 1 }, 'shared'],
    ['two kills set it apart', { ...small, kills: 2 }, 'dedicated'],
    ['one crash sets it apart', { ...small, strikes: 1 }, 'dedicated'],
    ['a crash under several sets each apart', { ...small, isSuspect: true }, 'dedicated'],
    ['the operator of the gateway may let it in', { ...small, setting: 'dedicated', mayBeInline: true }, 'inline'],
    ['a crash keeps it out', { ...small, strikes: 1, mayBeInline: true }, 'dedicated'],
    ['so does a crash under several', { ...small, isSuspect: true, mayBeInline: true }, 'dedicated'],
    ['so do two kills', { ...small, kills: 2, mayBeInline: true }, 'dedicated'],
    ['a crash outweighs the operator', { ...small, strikes: 1, setting: 'shared' }, 'dedicated'],
  ] as const)('%s', (_, facts, expected) => {
    expect(chooseIsolation(facts)).toBe(expected);
  });
});

describe('chooseSlot', () => {
  const slots = fc.array(fc.option(fc.nat({ max: 5 })), { maxLength: 40 });

  it('takes a slot that serves nobody whenever there is one, and else the one with the fewest', () => {
    fc.assert(
      fc.property(slots, (instancesBySlot) => {
        const chosen = chooseSlot(instancesBySlot);
        const usable = instancesBySlot.filter((instances) => instances !== null);
        if (usable.length === 0) expect(chosen).toBeNull();
        else expect(instancesBySlot[chosen ?? -1]).toBe(Math.min(...usable));
      }),
    );
  });

  it('spreads instances evenly over slots', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.nat({ max: 200 }), (slotsMax, instances) => {
        const counts = Array.from({ length: slotsMax }, () => 0);
        for (let placed = 0; placed < instances; placed += 1) {
          const slot = chooseSlot(counts) ?? 0;
          counts[slot] = (counts[slot] ?? 0) + 1;
        }
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe('restartDelayMs', () => {
  it('starts again at once after a first crash, then slower and slower, to a limit', () => {
    expect([1, 2, 3, 4, 8, 9, 50].map(restartDelayMs)).toEqual([0, 100, 200, 400, 6_400, 10_000, 10_000]);
  });
});
