import { expect, test } from 'vitest';
import { giveBack } from './give-back.ts';

test('large memory that nobody shares is given back, and no other', () => {
  const own = new Uint8Array(100_000);
  giveBack(own);
  expect(own.byteLength).toBe(0);
  const small = new Uint8Array(100);
  giveBack(small);
  expect(small.byteLength).toBe(100);
  const shared = new Uint8Array(200_000);
  giveBack(shared.subarray(0, 100_000));
  expect(shared.byteLength).toBe(200_000);
  const between = new Uint8Array(new SharedArrayBuffer(100_000));
  giveBack(between);
  expect(between.byteLength).toBe(100_000);
});
