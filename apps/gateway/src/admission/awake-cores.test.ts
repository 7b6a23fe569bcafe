import { MemoryLog } from '@cluster-ai/testkit/memory-log.ts';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { AwakeCores } from './awake-cores.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function setUp(): {
  readonly cores: AwakeCores;
  readonly holds: () => number;
  send: (perSecond: number, ms: number) => void;
} {
  let holds = 0;
  const hold = (): (() => void) => {
    holds += 1;
    return () => {
      holds -= 1;
    };
  };
  const cores = new AwakeCores({ hold, log: new MemoryLog() });
  const send = (perSecond: number, ms: number): void => {
    for (let count = 0; count < (perSecond * ms) / 1_000; count += 1) {
      cores.came();
      vi.advanceTimersByTime(1_000 / perSecond);
    }
  };
  return { cores, holds: () => holds, send };
}

test('while requests follow closely the cores are held awake, once, and a second after the last one they may sleep', () => {
  const { cores, holds, send } = setUp();
  send(1_000, 2_000);
  expect([holds(), cores.isHolding]).toEqual([1, true]);
  vi.advanceTimersByTime(800);
  expect(holds()).toBe(1);
  vi.advanceTimersByTime(400);
  expect([holds(), cores.isHolding, vi.getTimerCount()]).toEqual([0, false, 0]);
});

test('a short pause lets nothing go', () => {
  const { holds, send } = setUp();
  send(1_000, 300);
  vi.advanceTimersByTime(500);
  expect(holds()).toBe(1);
  send(1_000, 300);
  vi.advanceTimersByTime(500);
  expect(holds()).toBe(1);
});

test('requests that come rarely, for however long, hold nothing', () => {
  const { holds, send } = setUp();
  send(100, 10_000);
  expect(holds()).toBe(0);
  vi.advanceTimersByTime(300);
  expect(vi.getTimerCount()).toBe(0);
});

test('requests that grow rarer let go, though they never end', () => {
  const { holds, send } = setUp();
  send(1_000, 500);
  expect(holds()).toBe(1);
  send(100, 1_500);
  expect(holds()).toBe(0);
});

test('what can no longer be held is said once, and requests go on', () => {
  const log = new MemoryLog();
  const cores = new AwakeCores({
    hold: () => {
      throw new Error('EACCES: permission denied');
    },
    log,
  });
  for (let count = 0; count < 3_000; count += 1) {
    cores.came();
    vi.advanceTimersByTime(1);
  }
  expect([cores.isHolding, log.messages('warn').length, vi.getTimerCount()]).toEqual([false, 1, 0]);
});
