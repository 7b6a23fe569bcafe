import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { takeBatch } from './form-batches.ts';

interface Waiting {
  readonly id: number;
  readonly batchKey: string;
  readonly rows: number;
}

const queues = fc
  .array(fc.record({ batchKey: fc.constantFrom('a', 'b', 'c'), rows: fc.nat({ max: 7 }) }), { maxLength: 40 })
  .map((list) => list.map((item, id): Waiting => ({ ...item, id })));

function rowsOf(batch: readonly Waiting[]): number {
  return batch.reduce((sum, request) => sum + request.rows, 0);
}

describe('taking a batch', () => {
  test('the oldest leads; order, limit and everybody else are kept', () => {
    fc.assert(
      fc.property(queues, fc.integer({ min: 1, max: 12 }), (waiting, rowsMax) => {
        const queue = [...waiting];
        const batch = takeBatch(queue, rowsMax);
        expect(batch[0]).toBe(waiting[0]);
        expect(new Set(batch.map(({ batchKey }) => batchKey)).size).toBe(Math.min(batch.length, 1));
        if (batch.length > 1) expect(rowsOf(batch)).toBeLessThanOrEqual(rowsMax);
        const ids = batch.map(({ id }) => id);
        expect(ids).toEqual(ids.toSorted((one, other) => one - other));
        expect(queue).toEqual(waiting.filter((request) => !batch.includes(request)));
      }),
    );
  });

  test('taking until the queue is empty gives each request once', () => {
    fc.assert(
      fc.property(queues, fc.integer({ min: 1, max: 12 }), (waiting, rowsMax) => {
        const queue = [...waiting];
        const taken: Waiting[] = [];
        while (queue.length > 0) taken.push(...takeBatch(queue, rowsMax));
        expect(taken.toSorted((one, other) => one.id - other.id)).toEqual(waiting);
      }),
    );
  });

  test('no request that would still fit is left behind', () => {
    fc.assert(
      fc.property(queues, fc.integer({ min: 1, max: 12 }), (waiting, rowsMax) => {
        const queue = [...waiting];
        const batch = takeBatch(queue, rowsMax);
        const free = rowsMax - rowsOf(batch);
        if (free > 0) {
          expect(queue.filter(({ batchKey, rows }) => batchKey === batch[0]?.batchKey && rows <= free)).toEqual([]);
        }
      }),
    );
  });

  test('one larger than the limit goes alone', () => {
    const queue = [
      { id: 0, batchKey: 'a', rows: 100 },
      { id: 1, batchKey: 'a', rows: 1 },
    ];
    expect(takeBatch(queue, 8).map(({ id }) => id)).toEqual([0]);
    expect(queue.map(({ id }) => id)).toEqual([1]);
  });

  test('an empty queue gives an empty batch', () => {
    expect(takeBatch([], 8)).toEqual([]);
  });

  test('a long queue is emptied in less than a second', () => {
    const queue = Array.from({ length: 20_000 }, (_, id): Waiting => ({ id, batchKey: 'a', rows: 1 }));
    const startedAt = performance.now();
    let batches = 0;
    while (takeBatch(queue, 64).length > 0) batches += 1;
    const elapsedMs = performance.now() - startedAt;
    console.log(`20,000 requests in ${batches} batches: ${elapsedMs.toFixed(0)} ms`);
    expect(batches).toBe(313);
    expect(elapsedMs).toBeLessThan(1_000);
  });
});
