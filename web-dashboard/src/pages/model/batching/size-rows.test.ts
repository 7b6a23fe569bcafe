import { BatchCounts } from '@cluster-ai/core/batching/batch-counts.ts';
import { expect, test } from 'vitest';
import { sizeRows } from './size-rows.ts';

test('steps between are shown, those below the smallest are not', () => {
  expect(
    sizeRows([
      { rowsMax: 2, batches: 5 },
      { rowsMax: 6, batches: 1 },
      { rowsMax: 16, batches: 9 },
    ]),
  ).toEqual([
    { label: '2', batches: 5 },
    { label: '3', batches: 0 },
    { label: '4', batches: 0 },
    { label: '5–6', batches: 1 },
    { label: '7–8', batches: 0 },
    { label: '9–12', batches: 0 },
    { label: '13–16', batches: 9 },
  ]);
});

test('the steps are those in which gateways count: no batch is lost', () => {
  const counts = new BatchCounts();
  for (let rows = 0; rows <= 3_000; rows += 1) counts.add('full', rows, 1);
  const shown = sizeRows(counts.snapshot().sizes);
  expect(shown.reduce((sum, { batches }) => sum + batches, 0)).toBe(3_001);
});

test('nothing where nothing ran', () => {
  expect(sizeRows([])).toEqual([]);
});
