import { describe, expect, test } from 'vitest';
import { inferShape } from './infer-shape.ts';

describe('inferShape', () => {
  test('the number of values decides the one free dimension', () => {
    expect(inferShape([-1, 4], 8, '')).toEqual({ ok: true, value: [2, 4] });
    expect(inferShape([-1], 3, '')).toEqual({ ok: true, value: [3] });
  });

  test('a scalar is one value', () => {
    expect(inferShape([], 1, '')).toEqual({ ok: true, value: [] });
    expect(inferShape([], 2, '')).toEqual({ ok: false, problem: '1 value needed, 2 given.' });
  });

  test('too few or too many values are said with both numbers', () => {
    expect(inferShape([-1, 4], 7, '')).toEqual({ ok: false, problem: 'A multiple of 4 values needed, 7 given.' });
    expect(inferShape([2, 2], 3, '')).toEqual({ ok: false, problem: '4 values needed, 3 given.' });
    expect(inferShape([-1, 4], 0, '')).toEqual({ ok: false, problem: 'A multiple of 4 values needed, 0 given.' });
  });

  test('several free dimensions take the typed shape', () => {
    expect(inferShape([2, -1, -1], 12, '[2, 3, 2]')).toEqual({ ok: true, value: [2, 3, 2] });
    expect(inferShape([-1, -1], 6, '2, 2')).toEqual({
      ok: false,
      problem: 'The shape [2, 2] needs 4 values, 6 given.',
    });
    expect(inferShape([2, -1, -1], 12, '3, 2, 2')).toEqual({
      ok: false,
      problem: 'The shape must have the form [2, -1, -1], with a size in place of each -1.',
    });
  });
});
