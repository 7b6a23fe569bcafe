import { expect, test } from 'vitest';
import { KnownDigests } from './known-digests.ts';

const file = { dev: 1n, ino: 2n, size: 3n, mtimeNs: 4_000_000_000n };
const startedAtMs = 10_000;

test('a file that nobody has written to is known for ten minutes', () => {
  const known = new KnownDigests();
  expect(known.find(file, startedAtMs)).toBeNull();
  known.keep(file, { ...file }, 'abc', startedAtMs);
  expect(known.find({ ...file }, startedAtMs + 599_999)).toBe('abc');
  expect(known.find(file, startedAtMs + 600_000)).toBeNull();
});

test.each([{ dev: 9n }, { ino: 9n }, { size: 9n }, { mtimeNs: 4_000_000_001n }])(
  'a file with %o is another one',
  (other) => {
    const known = new KnownDigests();
    known.keep(file, file, 'abc', startedAtMs);
    expect(known.find({ ...file, ...other }, startedAtMs)).toBeNull();
  },
);

test('what was written to while it was read, or just before, is not known', () => {
  const known = new KnownDigests();
  known.keep(file, { ...file, mtimeNs: 9_500_000_000n }, 'abc', startedAtMs);
  const young = { ...file, mtimeNs: 9_001_000_000n };
  known.keep(young, young, 'abc', startedAtMs);
  expect([known.find(file, startedAtMs), known.find(young, startedAtMs)]).toEqual([null, null]);
});

test('a thousand files are known, those that were read last', () => {
  const known = new KnownDigests();
  for (let ino = 0n; ino < 1_025n; ino += 1n) known.keep({ ...file, ino }, { ...file, ino }, String(ino), startedAtMs);
  expect(known.find({ ...file, ino: 0n }, startedAtMs)).toBeNull();
  expect(known.find({ ...file, ino: 1n }, startedAtMs)).toBe('1');
  expect(known.find({ ...file, ino: 1_024n }, startedAtMs)).toBe('1024');
});
