import { expect, test } from 'vitest';
import { BatchFigures } from './batch-figures.ts';
import { WindowOfFigures } from './window-of-figures.ts';

/** So many requests, each a batch of its own of 2 ms, answered after 4 ms. */
function serve(figures: BatchFigures, requests: number): void {
  for (let request = 0; request < requests; request += 1) {
    figures.handedOver('full', 1, 1);
    figures.runs.add(1, 2);
    figures.computed(2);
    figures.waited(2);
    figures.latency.observe(4);
  }
}

test('a window has what was served in it, and nothing of what was before', () => {
  const figures = new BatchFigures();
  serve(figures, 1_000);
  const window = new WindowOfFigures(figures, 0);
  serve(figures, 200);
  expect(window.take(499)).toBeNull();
  expect(window.take(500)).toEqual({
    durationMs: 500,
    rows: 200,
    batches: 200,
    fullBatches: 200,
    // Up to an eighth more: the upper bounds of the histogram.
    latencyP99Ms: 4.096,
    queueP99Ms: 2.048,
    busyMs: expect.closeTo(400, 6),
    runs: [{ rows: 1, count: 200, meanMs: 2 }],
  });
});

test('silence before a load is in no window: instances would look less busy than they are', () => {
  const figures = new BatchFigures();
  const window = new WindowOfFigures(figures, 0);
  for (let nowMs = 250; nowMs <= 10_000; nowMs += 250) expect(window.take(nowMs)).toBeNull();
  serve(figures, 250);
  expect(window.take(10_500)).toMatchObject({ durationMs: 500, rows: 250 });
});

test('few requests make a window longer, and too few none', () => {
  const figures = new BatchFigures();
  const window = new WindowOfFigures(figures, 0);
  serve(figures, 20);
  expect(window.take(4_999)).toBeNull();
  expect(window.take(5_000)).toMatchObject({ durationMs: 5_000, rows: 20 });
  serve(figures, 19);
  expect(window.take(35_000)).toBeNull();
  serve(figures, 1);
  expect(window.take(40_000)).toBeNull();
});
