import { expect, test } from 'vitest';
import { appendSample, historyWindowMs, type TrafficSample } from './traffic-history.ts';

const sample = (atMs: number): TrafficSample => ({
  atMs,
  requestsPerSecond: 1,
  errorsPerSecond: 0,
  p50Ms: 1,
  p99Ms: 2,
});

test('keeps what the chart shows and forgets the rest', () => {
  let history: readonly TrafficSample[] = [];
  for (let atMs = 0; atMs <= 2 * historyWindowMs; atMs += 2_000) history = appendSample(history, sample(atMs));
  expect(history.at(0)?.atMs).toBe(historyWindowMs + 2_000);
  expect(history.length).toBe(historyWindowMs / 2_000);
});

test('a silence breaks the line', () => {
  const history = appendSample([sample(1_000)], sample(60_000));
  expect(history.map((entry) => entry.requestsPerSecond)).toEqual([1, null, 1]);
});

test('the same answer twice is one sample', () => {
  const history = [sample(1_000)];
  expect(appendSample(history, sample(1_000))).toBe(history);
});
