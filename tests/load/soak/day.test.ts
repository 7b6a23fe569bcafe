import { seededRandom } from '@cluster-ai/core/ports/random.ts';
import { expect, test } from 'vitest';
import { planDay, predictionsPerSecond, timesADay } from './day.ts';

const hourMs = 3_600_000;

test('a day in an hour has each activity as often as a day, spread over all of it', () => {
  const plan = planDay(hourMs, seededRandom(1));
  for (const [name, times] of Object.entries(timesADay)) {
    const ofThis = plan.filter((planned) => planned.name === name);
    expect(ofThis).toHaveLength(times);
    const inFirstHalf = ofThis.filter(({ atMs }) => atMs < hourMs / 2).length;
    expect(Math.abs(inFirstHalf - times / 2)).toBeLessThanOrEqual(1);
  }
  expect(plan.every(({ atMs }, index) => atMs >= (plan[index - 1]?.atMs ?? 0) && atMs < hourMs)).toBe(true);
});

test('a short run does everything at least once', () => {
  const names = new Set(planDay(60_000, seededRandom(2), 0.01).map(({ name }) => name));
  expect([...names].toSorted()).toEqual(Object.keys(timesADay).toSorted());
});

test('noon has four times the traffic of midnight, and the mean is the mean', () => {
  expect(predictionsPerSecond(0.5, 10) / predictionsPerSecond(0, 10)).toBeCloseTo(4);
  const hours = Array.from({ length: 24 }, (_none, hour) => predictionsPerSecond(hour / 24, 10));
  expect(hours.reduce((sum, rate) => sum + rate, 0) / 24).toBeCloseTo(10);
});
