import fc from 'fast-check';
import { expect, test } from 'vitest';
import { warmUpInTime, warmUpSizes } from './warm-up-sizes.ts';

test('sizes are powers of two, the largest batch, and those that are preferred and can be', () => {
  expect(warmUpSizes(0, [4])).toEqual([]);
  expect(warmUpSizes(1, [1])).toEqual([]);
  expect(warmUpSizes(2, [])).toEqual([2]);
  expect(warmUpSizes(64, [])).toEqual([2, 4, 8, 16, 32, 64]);
  expect(warmUpSizes(20, [6, 1, 8, 24])).toEqual([2, 4, 6, 8, 16, 20]);
});

/** A model of which each row takes so long, on a clock that only it moves. */
function model(rowMs: number, refused: readonly number[] = []) {
  let timeMs = 1_000;
  const runs: number[] = [];
  return {
    runs,
    spentMs: () => timeMs - 1_000,
    nowMs: () => timeMs,
    run: async (rows: number) => {
      runs.push(rows);
      timeMs += rows * rowMs;
      return !refused.includes(rows);
    },
  };
}

test('sizes that would not end in time are not begun, and told', async () => {
  const slow = model(10);
  // 20 + 40 + 80 ms; 160 more would pass 200.
  expect(await warmUpInTime([2, 4, 8, 16, 32], 200, slow)).toEqual({ warmedRows: [2, 4, 8], coldRows: [16, 32] });
  expect(slow.spentMs()).toBe(140);
  const none = model(10);
  expect(await warmUpInTime([2, 4], 0, none)).toEqual({ warmedRows: [], coldRows: [2, 4] });
  expect(none.runs).toEqual([]);
});

test('a size that the model refuses is told, and the others are run', async () => {
  const picky = model(1, [4]);
  expect(await warmUpInTime([2, 4, 8], 1_000, picky)).toEqual({ warmedRows: [2, 8], coldRows: [4] });
});

test('every size is in the report once, and what costs the same for each row stays in its time but for the first run', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4_096 }),
      fc.array(fc.nat(5_000)),
      fc.nat(2_000),
      fc.double({ min: 0, max: 5, noNaN: true }),
      async (rowsMax, preferred, msMax, rowMs) => {
        const sizes = warmUpSizes(rowsMax, preferred);
        const runs = model(rowMs);
        const { warmedRows, coldRows } = await warmUpInTime(sizes, msMax, runs);
        expect([...warmedRows, ...coldRows].toSorted((left, right) => left - right)).toEqual(sizes);
        expect(runs.runs).toEqual(warmedRows);
        expect(runs.spentMs()).toBeLessThanOrEqual(Math.max(msMax, (sizes[0] ?? 0) * rowMs) + 1e-6);
      },
    ),
  );
});
