import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { tensorToJson } from './tensor-json.ts';
import { isWritable } from './write-numbers.ts';

/** As many as are needed for the module to be asked. */
const enough = 12;

const bytesOf = (array: ArrayBufferView<ArrayBuffer>) =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
const tensor = (values: Float32Array<ArrayBuffer>) => ({
  name: 'y',
  datatype: 'FP32' as const,
  shape: [values.length],
  data: bytesOf(values),
});

/** The float32 of these bit patterns, printed by the module and without it. */
function bothTexts(patterns: Uint32Array<ArrayBuffer>): [string[], string[]] {
  const values = tensor(new Float32Array(patterns.buffer));
  expect(isWritable(values)).toBe(true);
  return [tensorToJson(values, 'wasm').split(','), tensorToJson(values, 'plain').split(',')];
}

describe('float32 are printed by the module as without it', () => {
  test('whatever their bits', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (seed) => {
        const [wasm, plain] = bothTexts(
          new Uint32Array(50_000).map((_, index) => Math.imul(index + seed, 0x9e3779b1) ^ seed),
        );
        expect(wasm).toStrictEqual(plain);
      }),
      { numRuns: 10 },
    );
  });

  test('around powers of two and of ten, with few bits, and subnormal', () => {
    const bits = new Uint32Array(1);
    const float = new Float32Array(bits.buffer);
    const patternOf = (value: number) => {
      float[0] = value;
      return bits[0] ?? 0;
    };
    const tens = Array.from({ length: 84 }, (_, index) => patternOf(Number(`1e${index - 45}`)));
    const short = Array.from({ length: 40 * 84 }, (_, index) =>
      patternOf(Number(`${(index % 40) + 1}e${Math.floor(index / 40) - 45}`)),
    );
    const twos = Array.from({ length: 512 }, (_, exponent) => exponent * 2 ** 23);
    const borders = Array.from({ length: 60 }, (_, index) => patternOf(3e10 * 2 ** (index - 20)));
    const around = [...tens, ...short, ...twos, ...borders].flatMap((pattern) =>
      Array.from({ length: 21 }, (_, step) => pattern + step - 10),
    );
    const subnormal = Array.from({ length: 5_000 }, (_, index) => index);
    const whole = Array.from({ length: 5_000 }, (_, index) => patternOf(index * 3_571));
    const [wasm, plain] = bothTexts(Uint32Array.from([...around, ...subnormal, ...whole]));
    expect(wasm).toStrictEqual(plain);
  });
});

test('a few numbers are printed without the module', () => {
  expect(isWritable(tensor(new Float32Array(enough - 1)))).toBe(false);
  expect(isWritable(tensor(new Float32Array(enough)))).toBe(true);
});

test.each([0, 1, 7])('a tensor %d bytes off its place is printed from its own bytes', (offset) => {
  const values = Float32Array.from({ length: 100 }, (_, index) => index / 7);
  const moved = new Uint8Array(values.byteLength + 16);
  moved.set(bytesOf(values), offset);
  const data = moved.subarray(offset, offset + values.byteLength);
  for (const way of ['wasm', 'plain'] as const) {
    expect(tensorToJson({ ...tensor(values), data }, way)).toBe(tensorToJson(tensor(values), 'plain'));
  }
});
