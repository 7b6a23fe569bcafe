import { expect, test } from 'vitest';
import { MemoryKeeper } from './memory-keeper.ts';

function setUp() {
  const state = { idle: 0, active: 0, collected: 0 };
  const keeper = new MemoryKeeper({
    utilization: () => ({ idle: state.idle, active: state.active, utilization: 0 }),
    collect: () => {
      state.collected += 1;
    },
  });
  return (idleMs: number, activeMs: number): number => {
    state.idle += idleMs;
    state.active += activeMs;
    keeper.look();
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
