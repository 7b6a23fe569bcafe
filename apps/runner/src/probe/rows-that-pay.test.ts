import { expect, test } from 'vitest';
import { rowsThatPay } from './rows-that-pay.ts';

/** A run of which a part is the same for any number of rows. */
const model = (fixedMs: number, rowMs: number) => async (rows: number) => fixedMs + rows * rowMs;

test.each([
  ['short runs, whatever they gain', model(0, 0.05), 64],
  ['weights that are read once a run', model(3, 0.2), 64],
  ['rows of which each keeps the processor busy', model(0, 1), 16],
  ['rows that take longer than a short run', model(0, 20), 2],
  ['a gain that ends', model(16, 2), 64],
  ['a size that the model refuses', async (rows: number) => (rows > 16 ? Infinity : rows * 0.1), 16],
])('%s', async (_what, timeOf, rows) => {
  expect(await rowsThatPay(64, timeOf)).toBe(rows);
});

test('the largest batch is tried as it is, and no larger one', async () => {
  const tried: number[] = [];
  const rows = await rowsThatPay(6, async (asked) => {
    tried.push(asked);
    return 1;
  });
  expect([rows, tried]).toEqual([6, [2, 4, 6]]);
});
