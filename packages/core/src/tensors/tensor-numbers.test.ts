import { expect, test } from 'vitest';
import { numbersOf } from './tensor-numbers.ts';

test('a tensor with memory of its own is not copied, one in a pool or at an odd place is', () => {
  const own = Int32Array.of(1, -2);
  const tensor = { name: 'x', datatype: 'INT32', shape: [2], data: new Uint8Array(own.buffer) } as const;
  expect(numbersOf(tensor)?.buffer).toBe(own.buffer);
  const pool = new Uint8Array(16);
  pool.set(tensor.data, 3);
  expect(numbersOf({ ...tensor, data: pool.subarray(3, 11) })).toEqual(own);
  expect(numbersOf({ ...tensor, data: Buffer.from(pool.buffer, 3, 8) })).toEqual(own);
});

test.each(['BOOL', 'BYTES', 'FP16'] as const)('%s has no numbers', (datatype) => {
  expect(numbersOf({ name: 'x', datatype, shape: [0], data: new Uint8Array(0) })).toBeNull();
});
