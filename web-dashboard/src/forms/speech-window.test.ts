import { expect, test } from 'vitest';
import { loudestWindow, peaksOf, windowAt, windowsOf } from './speech-window.ts';

const rising = Float32Array.from({ length: 1_100 }, (_unused, index) => index / 2_000);

test('each window begins with the last 64 samples of the one before', () => {
  expect(windowsOf(rising)).toBe(3);
  expect(windowAt(rising, 1).subarray(0, 64)).toEqual(windowAt(rising, 0).subarray(512));
  expect(
    windowAt(rising, 0)
      .subarray(0, 64)
      .every((sample) => sample === 0),
  ).toBe(true);
  expect(windowAt(rising, 0)[65]).toBe(rising[1]);
});

test('after the end there is silence', () => {
  const last = windowAt(rising, 2);
  expect(last[64]).toBe(rising[1_024]);
  expect(last.subarray(64 + 1_100 - 1_024).every((sample) => sample === 0)).toBe(true);
});

test('the loudest window is found', () => {
  const samples = new Float32Array(5_120);
  samples.fill(0.5, 3_000, 3_400);
  expect(loudestWindow(samples)).toBe(6);
});

test('peaks are the largest swings', () => {
  expect(peaksOf(Float32Array.of(0, -0.5, 0.25, 0.125), 2)).toEqual([0.5, 0.25]);
});
