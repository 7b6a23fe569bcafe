import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TrafficFigures } from '../figures/traffic-figures.ts';
import { judge } from './judge.ts';
import { objectiveSchema } from './objective.ts';

const objective = objectiveSchema.parse({});

/** All requests but the slow ones take 8 ms, the slow ones two seconds. */
function figures(requests: number, faults: number, slow = 0): TrafficFigures {
  const within = [
    { seconds: 0.008, requests: requests - slow },
    { seconds: 1, requests: requests - slow },
    { seconds: 2, requests },
    { seconds: Number.POSITIVE_INFINITY, requests },
  ];
  return { requests, faults, within, restarts: 0, gone: 0 };
}

const traffic = fc
  .tuple(fc.integer({ min: 0, max: 20_000 }), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([requests, share]) => figures(requests, Math.floor(requests * share)));

test('fewer requests than the objective asks for never pass', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: objective.requestsMin - 1 }), fc.option(traffic), (requests, old) => {
      expect(judge(objective, figures(requests, 0), old).kind).toBe('wait');
    }),
  );
});

test('a release without a fault never fails, and passes with enough requests', () => {
  fc.assert(
    fc.property(fc.integer({ min: objective.requestsMin, max: 50_000 }), fc.option(traffic), (requests, old) => {
      expect(judge(objective, figures(requests, 0), old).kind).toBe('pass');
    }),
  );
});

test('a release that does what the old one does is never the one to blame', () => {
  fc.assert(
    fc.property(traffic, (both) => {
      expect(judge(objective, both, both).kind).not.toBe('fail');
    }),
  );
});

test('more faults never make a verdict better', () => {
  const rank = { fail: 0, wait: 1, pass: 2 };
  fc.assert(
    fc.property(traffic, fc.option(traffic), fc.integer({ min: 1, max: 1_000 }), (fresh, old, more) => {
      const worse = { ...fresh, faults: Math.min(fresh.requests, fresh.faults + more) };
      const before = judge(objective, fresh, old);
      const after = judge(objective, worse, old);
      expect(rank[after.kind], `${before.reason} → ${after.reason}`).toBeLessThanOrEqual(rank[before.kind]);
    }),
  );
});

test('one in twenty that fails is noticed within 250 requests beside a clean old release, and passes never', () => {
  fc.assert(
    fc.property(fc.integer({ min: 250, max: 50_000 }), fc.integer({ min: 1_000, max: 100_000 }), (requests, old) => {
      expect(judge(objective, figures(requests, Math.ceil(requests / 20)), figures(old, 0)).kind).toBe('fail');
    }),
  );
});

test('a release within the objective still fails when it is certainly worse than the old one', () => {
  const loose = objectiveSchema.parse({ faultRatioMax: 0.1 });
  const verdict = judge(loose, figures(5_000, 250), figures(100_000, 100));
  expect(verdict).toEqual({ kind: 'fail', reason: expect.stringContaining('more than 0.50 % worse') });
});

test('where the old release fails as much, nothing is proven and nothing moves on', () => {
  expect(judge(objective, figures(2_000, 100), figures(38_000, 1_900))).toEqual({
    kind: 'wait',
    reason: expect.stringContaining('not certain yet'),
  });
});

test('a slow release fails beside a fast one, and alone by the objective', () => {
  expect(judge(objective, figures(1_000, 0, 50), figures(10_000, 0)).reason).toContain('3 times as long');
  expect(judge(objective, figures(1_000, 0, 50), null)).toEqual({
    kind: 'fail',
    reason: expect.stringMatching(/^p99 1800 ms, where 1000 ms may$/),
  });
  expect(judge(objective, figures(1_000, 0, 50), figures(10_000, 0, 500)).kind).toBe('wait');
});

test('a gateway that is gone or was started again fails at once, whatever was counted', () => {
  expect(judge(objective, { ...figures(10_000, 0), gone: 1 }, null).kind).toBe('fail');
  expect(judge(objective, { ...figures(10_000, 0), restarts: 1 }, null).kind).toBe('fail');
});
