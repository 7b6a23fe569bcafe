import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { float32ToJson } from './float32-json.ts';

const bits = new Uint32Array(1);
const float = new Float32Array(bits.buffer);

function float32Of(pattern: number): number {
  bits[0] = pattern;
  return float[0] ?? Number.NaN;
}

function patternOf(value: number): number {
  float[0] = value;
  return bits[0] ?? 0;
}

const printed = (value: number) => float32ToJson(Float32Array.of(value));

/** Significant digits of a printed number. */
function digitsOf(text: string): number {
  const [mantissa = ''] = text.replace('-', '').split('e');
  return mantissa.replace('.', '').replace(/^0+/, '').replace(/0+$/, '').length;
}

/** Whether any decimal of so many digits reads back as the value: tries both neighbours, in exact text. */
function someDecimalReadsBack(value: number, digits: number): boolean {
  const [mantissa = '', exponent = ''] = Math.abs(value).toExponential(20).split('e');
  const whole = BigInt(mantissa.replace('.', ''));
  const unit = 10n ** BigInt(21 - digits);
  const below = whole / unit;
  return [below, below + 1n].some(
    (decimal) => Math.fround(Number(`${decimal}e${Number(exponent) - digits + 1}`)) === Math.abs(value),
  );
}

/** What is wrong with the text of these numbers; empty when each reads back equal and is as short as can be. */
function problemsOf(values: readonly number[]): string[] {
  return values.flatMap((value) => {
    const text = printed(value);
    const back = Number(text);
    const digits = digitsOf(text);
    if (!Object.is(Math.fround(back), value)) return [`${text} does not read back as ${value}`];
    if (text !== (Object.is(value, -0) ? '-0.0' : String(back))) {
      return [`${text} is not how JavaScript prints ${back}`];
    }
    return digits > 1 && someDecimalReadsBack(value, digits - 1) ? [`${text} is longer than ${value} needs`] : [];
  });
}

describe('float32 as text', () => {
  test('every bit pattern reads back equal, in the fewest digits', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }).map(float32Of), (value) => {
        if (Number.isFinite(value)) expect(problemsOf([value])).toEqual([]);
        else expect(printed(value)).toBe(String(value));
      }),
      { numRuns: 20_000 },
    );
  });

  test('powers of two and of ten and their neighbours', () => {
    const twos = Array.from({ length: 255 }, (_, exponent) => exponent * 2 ** 23);
    const tens = Array.from({ length: 84 }, (_, index) => patternOf(Number(`1e${index - 45}`)));
    const patterns = [...twos, ...tens].flatMap((pattern) => [pattern - 1, pattern, pattern + 1]);
    expect(problemsOf(patterns.filter((pattern) => pattern > 0).map(float32Of))).toEqual([]);
  });

  test('round numbers on the border between two float32', () => {
    const borders = Array.from({ length: 40 }, (_, index) => patternOf(3e10 * 2 ** index)).flatMap((pattern) => [
      pattern - 1,
      pattern,
      pattern + 1,
    ]);
    expect(problemsOf(borders.map(float32Of))).toEqual([]);
    expect(printed(Math.fround(3e10))).toBe('30000000000');
  });

  test('subnormal numbers', () => {
    expect(problemsOf(Array.from({ length: 3_000 }, (_, index) => float32Of(index + 1)))).toEqual([]);
  });

  test.each([
    [0.1, '0.1'],
    [1 / 3, '0.33333334'],
    [16_777_216, '16777216'],
    [2 ** -149, '1e-45'],
    [3.402_823_466e38, '3.4028235e+38'],
    [1e21, '1e+21'],
    [123_456_789, '123456790'],
    [1e-7, '1e-7'],
    [-0.000_001, '-0.000001'],
    [-1.5, '-1.5'],
    [100, '100'],
    [0, '0'],
    [-0, '-0.0'],
    [Infinity, 'Infinity'],
    [-Infinity, '-Infinity'],
    [Number.NaN, 'NaN'],
  ])('%d is %s', (value, text) => {
    expect(printed(Math.fround(value))).toBe(text);
  });

  test('many numbers in one text, over the end of the scratch memory', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 32 - 1 }),
        fc.constantFrom(0, 1, 2, 700, 701, 5_000),
        (seed, length) => {
          const values = new Float32Array(
            new Uint32Array(length).map((_, index) => Math.imul(seed + index, 0x9e3779b1)).buffer,
          );
          expect(float32ToJson(values)).toBe(Array.from(values, printed).join(','));
        },
      ),
      { numRuns: 20 },
    );
  });

  test('a million numbers take well under a second', () => {
    const values = Float32Array.from({ length: 1_000_000 }, (_, index) => Math.sin(index));
    const startedAt = performance.now();
    const { length } = float32ToJson(values);
    const elapsedMs = performance.now() - startedAt;
    console.log(`1,000,000 float32 as ${(length / 1e6).toFixed(1)} MB of JSON: ${elapsedMs.toFixed(0)} ms`);
    expect(elapsedMs).toBeLessThan(1_000);
  });
});
