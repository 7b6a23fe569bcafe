import { expect, test } from 'vitest';
import { certainlyAbove, certainlyMore } from './proportions.ts';

test.each([
  // By chance, with one in a hundred: 0.63, 0.0169, 0.0034, 0.0006, 0.0003.
  [1, 100, false],
  [2, 20, false],
  [5, 100, false],
  [7, 140, false],
  [8, 160, true],
  [2, 2, true],
  [1, 1, false],
  [13, 250, true],
  [1_100, 100_000, false],
  [1_120, 100_000, true],
])('%i faults of %i, where one in a hundred may: %s', (faults, requests, certain) => {
  expect(certainlyAbove({ faults, requests }, 0.01)).toBe(certain);
});

test('nothing is above everything, and anything above nothing', () => {
  expect(certainlyAbove({ faults: 10, requests: 10 }, 1)).toBe(false);
  expect(certainlyAbove({ faults: 1, requests: 10 }, 0)).toBe(true);
  expect(certainlyAbove({ faults: 0, requests: 10 }, 0)).toBe(false);
});

test.each([
  // All faults on one of two of the same size: one half for each.
  [10, 200, 0, 200, false],
  [11, 200, 0, 200, true],
  // On one that has a twentieth of the requests.
  [2, 20, 0, 380, false],
  [3, 20, 0, 380, true],
  [50, 1_000, 950, 19_000, false],
  [100, 1_000, 950, 19_000, true],
])('%i of %i beside %i of %i: %s', (faults, requests, oldFaults, oldRequests, certain) => {
  expect(certainlyMore({ faults, requests }, { faults: oldFaults, requests: oldRequests })).toBe(certain);
});
