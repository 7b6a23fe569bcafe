import { systemClock } from '@cluster-ai/core/ports/clock.ts';
import { expect, test } from 'vitest';
import { WakeUp } from './wake-up.ts';

/** How late a call back is, milliseconds. */
function latenessAfter(delayMs: number): Promise<number> {
  return new Promise((resolve) => {
    const wantedAtMs = systemClock.nowMs() + delayMs;
    new WakeUp(systemClock, () => resolve(systemClock.nowMs() - wantedAtMs)).at(wantedAtMs);
  });
}

test.each([0.1, 0.5, 1, 3])('after %d ms it calls back, never early', async (delayMs) => {
  const lateness: number[] = [];
  for (let round = 0; round < 20; round += 1) lateness.push(await latenessAfter(delayMs));
  lateness.sort((left, right) => left - right);
  console.log(`${delayMs} ms: late by ${lateness[10]?.toFixed(3)} ms, at most ${lateness.at(-1)?.toFixed(3)} ms`);
  // Timers of Node begin with the turn of the loop that set them.
  expect(lateness[0]).toBeGreaterThan(-1);
  expect(lateness[10]).toBeLessThan(1_000);
});

test('the last time that was said counts, and none after it was cancelled', async () => {
  let calls = 0;
  const wakeUp = new WakeUp(systemClock, () => (calls += 1));
  wakeUp.at(systemClock.nowMs() + 0.2);
  wakeUp.at(systemClock.nowMs() + 2);
  wakeUp.at(systemClock.nowMs() + 0.3);
  await latenessAfter(10);
  expect(calls).toBe(1);
  wakeUp.at(systemClock.nowMs() + 0.2);
  wakeUp.cancel();
  wakeUp.at(systemClock.nowMs() + 3);
  wakeUp.cancel();
  await latenessAfter(10);
  expect(calls).toBe(1);
});
