import { expect, test } from 'vitest';
import { measureBesideServing } from './loading/beside-serving.ts';
import { measureCycles } from './loading/cycles.ts';

// A short form of `make bench-loading`, whose figures mean something on a machine that does nothing else.

const say = (line: string): void => console.log(line);

test('a model of 100 MB is loaded again and again, and the requests to another one are answered in time', async () => {
  const { rounds } = await measureBesideServing({ rounds: 1, quietMs: 1_000, loadingMs: 4_000, say });
  for (const { quiet, loading, loads } of rounds) {
    expect(loads).toBeGreaterThanOrEqual(1);
    expect([quiet.firstWrong, loading.firstWrong]).toEqual([null, null]);
    expect(quiet.wrong + loading.wrong).toBe(0);
    expect(loading.answered).toBeGreaterThan(50);
    expect(loading.p99Ms).toBeLessThan(1_000);
  }
});

test('unloading gives at least 95 % of the memory of a model back, and cycles leave no growth', async () => {
  const { returned, growth } = await measureCycles({ cycles: 8, layers: 25, say });
  expect(returned).toBeGreaterThanOrEqual(0.95);
  // Eight cycles are few: what is kept from each of them would show as the size of a model.
  for (const { gained } of growth ?? []) expect(gained).toBeLessThan(100);
});
