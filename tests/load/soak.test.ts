import { expect, test } from 'vitest';
import { runSoak } from './soak/run-soak.ts';

// Two minutes of `make soak`: every activity at least once (loads and unloads, a runner that is killed, slow and broken
// clients among them), no wrong answer, nothing left of it 200 days later. Two minutes are too short to judge memory, so its
// trend is printed alone.

test('a short day: every answer right, every error explained, nothing left beyond its time', async () => {
  const report = await runSoak({
    minutes: 2,
    share: 0.06,
    predictionsPerSecond: 20,
    seed: 20,
    say: (line) => console.log(line),
  });
  console.log(JSON.stringify({ predictions: report.predictions, done: report.done, rows: report.rows }));
  expect(report.complaints).toEqual([]);
  expect(report.tooMuch).toEqual([]);
  expect(Object.values(report.done).every((times) => times >= 1)).toBe(true);
  expect(Object.keys(report.done)).toHaveLength(15);
  expect(report.predictions.answered).toBeGreaterThan(500);
  const watched = report.growth.map(({ name }) => name);
  expect(watched).toEqual(
    expect.arrayContaining(['gateway: memory', 'runner: memory', 'runner: processes', 'database: connections']),
  );
  expect(report.rows['model_versions']).toBeGreaterThan(0);
}, 300_000);
