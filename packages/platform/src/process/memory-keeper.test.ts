import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { MemoryKeeper } from './memory-keeper.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function setUp() {
  const state = { idle: 0, active: 0, collected: 0 };
  const keeper = new MemoryKeeper({
    utilization: () => ({ idle: state.idle, active: state.active, utilization: 0 }),
    collect: () => {
      state.collected += 1;
    },
  });
  /** A look after so much, and what has been collected half a second later, of which `thenActiveMs` were work. */
  return (idleMs: number, activeMs: number, thenActiveMs = 0): number => {
    state.idle += idleMs;
    state.active += activeMs;
    keeper.look();
    state.idle += 500 - thenActiveMs;
    state.active += thenActiveMs;
    vi.advanceTimersByTime(500);
    return state.collected;
  };
}

test('a program that has worked and is quiet collects, once', () => {
  const look = setUp();
  expect(look(9_700, 300)).toBe(1);
  expect(look(9_999, 1)).toBe(1);
  expect(look(9_900, 100)).toBe(1);
  expect(look(9_850, 150)).toBe(2);
});

test('a busy program is left alone until it is quiet', () => {
  const look = setUp();
  expect(look(5_000, 5_000)).toBe(0);
  expect(look(8_000, 2_000)).toBe(0);
  expect(look(10_000, 10)).toBe(1);
});

test('a load that began a moment before the look is not interrupted', () => {
  const look = setUp();
  expect(look(9_500, 500, 300)).toBe(0);
  expect(look(9_800, 200)).toBe(1);
});
