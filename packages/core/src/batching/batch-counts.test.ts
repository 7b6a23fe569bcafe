import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BatchCounts, closingReasons } from './batch-counts.ts';

test('batches are counted by reason and size, with their rows and requests', () => {
  const counts = new BatchCounts();
  counts.add('full', 64, 64);
  counts.add('idle', 1, 1);
  counts.add('idle', 5, 2);
  expect(counts.snapshot()).toEqual({
    batches: 3,
    requests: 67,
    rows: 70,
    closed: { full: 1, preferred: 0, delay: 0, idle: 2, deadline: 0, shape: 0, priority: 0, alone: 0 },
    sizes: [
      { rowsMax: 1, batches: 1 },
      { rowsMax: 6, batches: 1 },
      { rowsMax: 64, batches: 1 },
    ],
  });
});

test('every size lies in the bucket that is told, which is at most half as large again', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 65_536 }), fc.constantFrom(...closingReasons), (rows, reason) => {
      const counts = new BatchCounts();
      counts.add(reason, rows, 1);
      const { sizes, closed, batches } = counts.snapshot();
      expect(closed[reason]).toBe(batches);
      const [size] = sizes;
      expect(size?.rowsMax).toBeGreaterThanOrEqual(rows);
      expect(size?.rowsMax).toBeLessThan(rows * 1.5 + 0.01);
    }),
  );
});
