import { expect, test } from 'vitest';
import { tensorMemory } from './tensor-memory.ts';

test('is zeroed, aligned, as large as asked for, and nobody else’s', () => {
  const given = Array.from({ length: 5_000 }, (_, index) => tensorMemory((index * 37) % 700));
  for (const [index, memory] of given.entries()) {
    expect(memory.byteLength).toBe((index * 37) % 700);
    expect(memory.byteOffset % 8).toBe(0);
    expect(memory.every((byte) => byte === 0)).toBe(true);
    memory.fill((index % 255) + 1);
  }
  expect(given.every((memory, index) => memory.every((byte) => byte === (index % 255) + 1))).toBe(true);
});
