import { expect, test } from 'vitest';
import { BusyPoll } from './busy-poll.ts';

/** A loop whose turns take 2 µs, and events at given times. */
function loop(windowMs: number): {
  readonly poll: BusyPoll;
  readonly event: (atMs: number, inside: number) => void;
  turnsUntil: (atMs: number) => number;
} {
  let nowMs = 0;
  let waiting: (() => void) | null = null;
  const poll = new BusyPoll({
    clock: { nowMs: () => nowMs, wallMs: () => nowMs },
    windowMs,
    nextTurn: (run) => {
      waiting = run;
    },
  });
  const turnsUntil = (atMs: number): number => {
    let turns = 0;
    while (waiting !== null && nowMs + 0.002 < atMs) {
      const run: () => void = waiting;
      waiting = null;
      nowMs += 0.002;
      turns += 1;
      run();
    }
    nowMs = atMs;
    return turns;
  };
  return { poll, turnsUntil, event: (atMs, inside) => (turnsUntil(atMs), poll.event(inside)) };
}

test('while requests follow one another closely, the loop turns until the next', () => {
  const { event, turnsUntil } = loop(0.2);
  for (let count = 0; count < 100; count += 1) event(count * 0.1, count % 2);
  expect(turnsUntil(9.95)).toBeGreaterThan(20);
});

test('it ends after the window when nobody comes any more', () => {
  const { event, turnsUntil } = loop(0.2);
  for (let count = 0; count < 100; count += 1) event(count * 0.1, count % 2);
  expect(turnsUntil(1_000)).toBeLessThanOrEqual(101);
});

test('requests that are further apart than the window cost no turn', () => {
  const { event, turnsUntil } = loop(0.2);
  let turns = 0;
  for (let count = 0; count < 100; count += 1) {
    turns += turnsUntil(count);
    event(count, 1);
    turns += turnsUntil(count + 0.1);
    event(count + 0.1, 0);
  }
  expect(turns).toBe(0);
});

test('with many requests inside, or without a window, there is none', () => {
  for (const [windowMs, inside] of [
    [0.2, 3],
    [0, 1],
  ] as const) {
    const { event, turnsUntil } = loop(windowMs);
    let turns = 0;
    for (let count = 0; count < 100; count += 1) {
      turns += turnsUntil(count * 0.05);
      event(count * 0.05, inside);
    }
    expect(turns).toBe(0);
  }
});
