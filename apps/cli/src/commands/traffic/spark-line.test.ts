import { expect, test } from 'vitest';
import { sparkLine } from './spark-line.ts';

test.each<[values: (number | null)[], line: string]>([
  [[0, 1, 2, 4], '▁▃▅█'],
  [[0, null, 0], '▁ ▁'],
  // Little is not nothing.
  [[0.01, 100], '▂█'],
  [[], ''],
])('%j is %j', (values, line) => {
  expect(sparkLine(values)).toBe(line);
});
