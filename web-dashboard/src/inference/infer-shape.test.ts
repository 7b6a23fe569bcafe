import { inferenceText } from '../i18n/inference-text.ts';
import { makeText } from '../i18n/use-text.ts';
import type { Checked } from './checked.ts';
import { describe, expect, test } from 'vitest';
import { inferShape } from './infer-shape.ts';

describe('inferShape', () => {
  test('the number of values decides the one free dimension', () => {
    expect(inferShape([-1, 4], 8, '')).toEqual({ ok: true, value: [2, 4] });
    expect(inferShape([-1], 3, '')).toEqual({ ok: true, value: [3] });
  });

  test('a scalar is one value', () => {
    expect(inferShape([], 1, '')).toEqual({ ok: true, value: [] });
    expect(problemOf(inferShape([], 2, ''))).toBe('1 value needed, 2 given.');
  });

  test('too few or too many values are said with both numbers', () => {
    expect(problemOf(inferShape([-1, 4], 7, ''))).toBe('A multiple of 4 values needed, 7 given.');
    expect(problemOf(inferShape([2, 2], 3, ''))).toBe('4 values needed, 3 given.');
    expect(problemOf(inferShape([-1, 4], 0, ''))).toBe('A multiple of 4 values needed, 0 given.');
  });

  test('several free dimensions take the typed shape', () => {
    expect(inferShape([2, -1, -1], 12, '[2, 3, 2]')).toEqual({ ok: true, value: [2, 3, 2] });
    expect(problemOf(inferShape([-1, -1], 6, '2, 2'))).toBe('The shape [2, 2] needs 4 values, 6 given.');
    expect(problemOf(inferShape([2, -1, -1], 12, '3, 2, 2'))).toBe(
      'The shape must have the form [2, -1, -1], with a size in place of each -1.',
    );
  });
});

function problemOf(checked: Checked<unknown>): string | null {
  return checked.ok ? null : checked.problem(makeText(inferenceText, 'en'));
}
