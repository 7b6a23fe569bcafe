import { expect, test } from 'vitest';
import { lonePoints } from './lone-points.ts';

test.each([
  [[1], [0]],
  [[1, 2], []],
  [
    [null, 1, null, 2, 3, null, 4],
    [1, 6],
  ],
  [[], []],
])('%j has alone %j', (values, indexes) => expect(lonePoints(values)).toEqual(indexes));
