import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bucketSizeOf, decideKey, hasLimits, msToNextRequest, type KeyLimits, type KeyState } from './key-limits.ts';

const unused: KeyState = { bucket: null, used: 0 };
const rate = (ratePerSecond: number, burst: number | null = null): KeyLimits => ({
  ratePerSecond,
  burst,
  dailyQuota: null,
});

/** Sends requests at these times. @returns the times of those that went on. */
function send(limits: KeyLimits, timesMs: readonly number[]): number[] {
  let state = unused;
  return timesMs.filter((nowMs) => {
    const decision = decideKey(limits, state, nowMs);
    ({ state } = decision);
    return decision.refusedBy === null;
  });
}

const times = fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 300 }).map((steps) => {
  let atMs = 0;
  return steps.map((step) => (atMs += step));
});

test('in no stretch of time does more pass than the burst and what the rate brings', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.1, max: 200, noNaN: true }),
      fc.option(fc.integer({ min: 1, max: 50 })),
      times,
      (perSecond, burst, at) => {
        const limits = rate(perSecond, burst);
        const passed = send(limits, at);
        const most = bucketSizeOf(limits)?.burst ?? 0;
        passed.forEach((fromMs, first) => {
          for (let last = first; last < passed.length; last += 1) {
            const seconds = ((passed[last] ?? 0) - fromMs) / 1_000;
            expect(last - first + 1).toBeLessThanOrEqual(most + seconds * perSecond + 1e-6);
          }
        });
      },
    ),
  );
});

test('whoever keeps to the rate is never refused', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 100 }),
      fc.array(fc.nat({ max: 50 }), { maxLength: 200 }),
      (perSecond, waits) => {
        let nowMs = 0;
        const at = waits.map((wait) => (nowMs += Math.ceil(1_000 / perSecond) + wait));
        expect(send(rate(perSecond, 1), at)).toEqual(at);
      },
    ),
  );
});

test('after the told time the next request passes, and not a millisecond before', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.1, max: 100, noNaN: true }), fc.integer({ min: 1, max: 20 }), (perSecond, burst) => {
      const limits = rate(perSecond, burst);
      let state = unused;
      for (let count = 0; count < burst; count += 1) ({ state } = decideKey(limits, state, 0));
      const refused = decideKey(limits, state, 0);
      expect(refused.refusedBy).toBe('rate');
      const waitMs = msToNextRequest(limits, refused.state);
      expect(decideKey(limits, refused.state, waitMs - 1).refusedBy).toBe('rate');
      expect(decideKey(limits, refused.state, waitMs + 1e-6).refusedBy).toBeNull();
    }),
  );
});

test('exactly the quota passes, however the requests come', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), times, (dailyQuota, at) => {
      const passed = send({ ratePerSecond: null, burst: null, dailyQuota }, at);
      expect(passed).toHaveLength(Math.min(dailyQuota, at.length));
    }),
  );
});

test('what one limit refuses, the other does not count', () => {
  const limits = { ratePerSecond: 1, burst: 2, dailyQuota: 3 };
  let state = unused;
  const at = (nowMs: number) => {
    const decision = decideKey(limits, state, nowMs);
    ({ state } = decision);
    return decision.refusedBy ?? 'passed';
  };
  expect([at(0), at(0), at(0), at(0)]).toEqual(['passed', 'passed', 'rate', 'rate']);
  expect(state.used).toBe(2);
  expect([at(1_000), at(1_000), at(9_000)]).toEqual(['passed', 'quota', 'quota']);
  expect(state.bucket?.tokens).toBe(2);
});

test('a clock that goes back gives nothing twice', () => {
  const limits = rate(1, 1);
  const first = decideKey(limits, unused, 5_000);
  const back = decideKey(limits, first.state, 0);
  expect(back.refusedBy).toBe('rate');
  expect(decideKey(limits, back.state, 5_500).refusedBy).toBe('rate');
  expect(decideKey(limits, back.state, 6_000).refusedBy).toBeNull();
});

test('limits that were changed hold from the next request on', () => {
  const full = decideKey(rate(100, 100), unused, 0).state;
  expect(decideKey(rate(1, 2), full, 0).state.bucket?.tokens).toBe(1);
  expect(decideKey({ ...rate(1), dailyQuota: 1 }, full, 0).refusedBy).toBe('quota');
  expect(hasLimits({ ratePerSecond: null, burst: null, dailyQuota: null })).toBe(false);
});

test.each([
  [rate(5), 5],
  [rate(0.5), 1],
  [rate(2.7), 2],
  [rate(0.5, 3), 3],
])('the burst of %j is %i', (limits, burst) => {
  expect(bucketSizeOf(limits)?.burst).toBe(burst);
});
