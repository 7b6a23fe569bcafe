import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countAttempt, lockedForMs, type LockoutState } from './lockout.ts';

const rule = { attemptsMax: 3, windowMs: 1_000, lockMs: 5_000 };

/** Tries at these times. @returns what each attempt was told: that it is wrong, or that nothing is tried. */
function answers(timesMs: readonly number[]): string[] {
  let state: LockoutState | null = null;
  return timesMs.map((nowMs) => {
    if (lockedForMs(state, nowMs) > 0) return 'locked';
    state = countAttempt(state, rule, nowMs);
    return 'wrong';
  });
}

test('as many attempts as the rule says are answered, then nothing until the lock ends', () => {
  expect(answers([0, 10, 20, 30, 5_019, 5_020, 5_021])).toEqual([
    'wrong',
    'wrong',
    'wrong',
    'locked',
    'locked',
    'wrong',
    'wrong',
  ]);
});

test('after a lock, counting begins anew', () => {
  expect(answers([0, 0, 0, 5_000, 5_000, 5_000, 5_001])).toEqual([
    'wrong',
    'wrong',
    'wrong',
    'wrong',
    'wrong',
    'wrong',
    'locked',
  ]);
});

test('attempts of another window do not add up', () => {
  expect(answers([0, 500, 1_000, 1_500, 2_000, 2_500])).not.toContain('locked');
});

test('trying during a lock does not make it longer', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 4_999 })), (tries) => {
      let state: LockoutState | null = null;
      for (let count = 0; count < rule.attemptsMax; count += 1) state = countAttempt(state, rule, 0);
      for (const nowMs of tries) state = countAttempt(state, rule, nowMs);
      expect(lockedForMs(state, 0)).toBe(rule.lockMs);
    }),
  );
});
