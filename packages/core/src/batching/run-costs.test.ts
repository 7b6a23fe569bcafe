import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RunCosts } from './run-costs.ts';

const parts = {
  fixedMs: fc.double({ min: 0, max: 20, noNaN: true }),
  perRowMs: fc.double({ min: 0.01, max: 5, noNaN: true }),
};

test('a fixed part and one for each row are found again', () => {
  fc.assert(
    fc.property(fc.record(parts), ({ fixedMs, perRowMs }) => {
      const costs = new RunCosts();
      costs.learn([1, 4, 16].map((rows) => ({ rows, count: 10, meanMs: fixedMs + perRowMs * rows })));
      expect(costs.runMs(32)).toBeCloseTo(fixedMs + perRowMs * 32, 5);
      expect(costs.gain(1, 16)).toBeCloseTo(((fixedMs + perRowMs) * 16) / (fixedMs + 16 * perRowMs), 4);
    }),
  );
});

test('with one size known, larger runs are expected to be longer in proportion, smaller ones no shorter', () => {
  const costs = new RunCosts();
  expect(costs.runMs(8)).toBe(0);
  costs.learn([{ rows: 4, count: 50, meanMs: 2 }]);
  expect(costs.knowsSlope).toBe(false);
  expect([costs.runMs(1), costs.runMs(4), costs.runMs(8)]).toEqual([2, 2, 4]);
});

test('what was measured long ago fades: a model that has become slower is known to be', () => {
  const costs = new RunCosts();
  const runs = (ms: number) => [2, 8].map((rows) => ({ rows, count: 20, meanMs: ms * rows }));
  for (let round = 0; round < 30; round += 1) costs.learn(runs(1));
  for (let round = 0; round < 30; round += 1) costs.learn(runs(3));
  expect(costs.runMs(8)).toBeGreaterThan(22);
});

test('noise makes neither part negative', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          rows: fc.integer({ min: 1, max: 64 }),
          count: fc.integer({ min: 0, max: 50 }),
          meanMs: fc.double({ min: 0.01, max: 100, noNaN: true }),
        }),
        { maxLength: 8 },
      ),
      (runs) => {
        const costs = new RunCosts();
        costs.learn(runs);
        expect(costs.runMs(1)).toBeGreaterThanOrEqual(0);
        expect(costs.runMs(64) + 1e-9).toBeGreaterThanOrEqual(costs.runMs(1));
      },
    ),
  );
});
