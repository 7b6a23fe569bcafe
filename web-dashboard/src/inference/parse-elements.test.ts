import { inferenceText } from '../i18n/inference-text.ts';
import { makeText } from '../i18n/use-text.ts';
import type { Checked } from './checked.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseElements } from './parse-elements.ts';

const values = (text: string) => ({ ok: true, value: text.split(' ') });

describe('parseElements', () => {
  test('numbers may be pasted from JSON, numpy or a spreadsheet', () => {
    expect(parseElements('FP32', '[[5.1, 3.5], [1.4, .2]]')).toEqual(values('5.1 3.5 1.4 0.2'));
    expect(parseElements('INT32', '1\t2\n3;4')).toEqual(values('1 2 3 4'));
  });

  test('every 64-bit integer keeps all of its digits', () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), { minLength: 1 }), (integers) => {
        const text = integers.join(', ');
        expect(parseElements('INT64', text)).toEqual({ ok: true, value: integers.map(String) });
      }),
    );
  });

  test('every double keeps its value', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const text = Object.is(value, -0) ? '-0' : String(value);
        const parsed = parseElements('FP64', text);
        expect(parsed.ok && Object.is(Number(parsed.value[0]), value)).toBe(true);
      }),
    );
  });

  test('NaN and the infinities are values, in any case', () => {
    expect(parseElements('FP32', 'nan Inf -infinity')).toEqual(values('NaN Infinity -Infinity'));
  });

  test('a string may hold anything but a line break', () => {
    expect(parseElements('BYTES', 'one, [two]\n\n"three"')).toEqual({ ok: true, value: ['one, [two]', '', '"three"'] });
  });

  test.each([
    ['UINT8', '1, 256', 'Value 2, “256”, is not a whole number from 0 to 255 (UINT8).'],
    ['INT8', '1.5', 'Value 1, “1.5”, is not a whole number from -128 to 127 (INT8).'],
    ['UINT64', '-1', 'Value 1, “-1”, is not a whole number from 0 to 18446744073709551615 (UINT64).'],
    ['FP32', '1, two', 'Value 2, “two”, is not a number.'],
    ['FP64', '1e999', 'Value 1, “1e999”, is not a number.'],
    ['BOOL', 'true yes', 'Value 2, “yes”, is not true or false.'],
  ] as const)('%s refuses %s and names the value', (datatype, text, problem) => {
    expect(problemOf(parseElements(datatype, text))).toBe(problem);
  });
});

function problemOf(checked: Checked<unknown>): string | null {
  return checked.ok ? null : checked.problem(makeText(inferenceText, 'en'));
}
