import { expect, test } from 'vitest';
import { makePace, nextPieceBytes, pieceBytesFirst } from './pace.ts';

test('rate and remaining time follow the last seconds', () => {
  const pace = makePace(10_000_000);
  expect(pace(0, 0)).toBeNull();
  expect(pace(1_000_000, 1_000)).toEqual({ bytesPerSecond: 1_000_000, remainingMs: 9_000 });
  // Slower: after the window has passed, the fast beginning does not count any more.
  pace(1_500_000, 6_000);
  expect(pace(2_000_000, 11_500)).toEqual({ bytesPerSecond: 500_000 / 5.5, remainingMs: 88_000 });
});

test('while nothing moves, no end is promised', () => {
  const pace = makePace(100);
  pace(50, 0);
  expect(pace(50, 2_000)).toEqual({ bytesPerSecond: 0, remainingMs: null });
});

test('pieces grow on a fast line, shrink on a slow one, and stay within bounds', () => {
  expect(nextPieceBytes(pieceBytesFirst, 100)).toBe(pieceBytesFirst * 2);
  expect(nextPieceBytes(pieceBytesFirst, 2_000)).toBe(pieceBytesFirst / 2);
  expect(nextPieceBytes(pieceBytesFirst, 60_000)).toBe(256 * 1_024);
  expect(nextPieceBytes(8 * 1_024 * 1_024, 10)).toBe(8 * 1_024 * 1_024);
});
