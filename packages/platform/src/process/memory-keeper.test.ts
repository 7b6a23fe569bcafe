import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { MemoryKeeper } from './memory-keeper.ts';

function setUp() {
  const state = { rss: 100, idle: 0, active: 0, collected: 0 };
  const keeper = new MemoryKeeper({
    rssBytes: () => state.rss,
    utilization: () => ({ idle: state.idle, active: state.active, utilization: 0 }),
    collect: () => {
      state.collected += 1;
      state.rss = 50;
    },
  });
  const look = (idleMs: number, activeMs: number): number => {
    state.idle += idleMs;
    state.active += activeMs;
    keeper.look();
    return state.collected;
  };
  return { state, look };
}

test('a quiet program gives back what it has grown by, once', () => {
  const { state, look } = setUp();
  expect(look(9_900, 100)).toBe(1);
  expect(look(9_900, 100)).toBe(1);
  state.rss = 53;
  expect(look(9_900, 100)).toBe(1);
  state.rss = 60;
  expect(look(9_900, 100)).toBe(2);
});

test('a busy program is left alone until it is quiet', () => {
  const { look } = setUp();
  expect(look(5_000, 5_000)).toBe(0);
  expect(look(10_000, 10)).toBe(1);
});

test('the real one frees what nobody holds any more', async () => {
  let junk: unknown = Array.from({ length: 200_000 }, (_, index) => ({ index, text: `item ${index}` }));
  expect(junk).toBeDefined();
  const usedBytes = process.memoryUsage().heapUsed;
  junk = null;
  const keeper = new MemoryKeeper();
  await delay(500);
  keeper.look();
  expect(process.memoryUsage().heapUsed).toBeLessThan(usedBytes);
});
