import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeBytesElements } from './bytes-elements.ts';
import { datatypes, elementBytes, type Datatype } from './datatype.ts';
import { splitRows } from './rows.ts';

const rowCounts = fc.array(fc.nat({ max: 5 }), { minLength: 1, maxLength: 6 });
const rest = fc.array(fc.nat({ max: 3 }), { maxLength: 3 });

/** The bytes of so many elements, each from the source. */
function bytesFor(datatype: Datatype, elements: number, source: fc.GeneratorValue): Uint8Array {
  if (datatype !== 'BYTES') {
    const size = elements * elementBytes[datatype];
    return source(fc.uint8Array, { minLength: size, maxLength: size });
  }
  return encodeBytesElements(Array.from({ length: elements }, () => source(fc.uint8Array, { maxLength: 9 })));
}

describe('splitting a batch', () => {
  test.each(datatypes)('%s: each request gets its own rows back', (datatype) => {
    fc.assert(
      fc.property(rowCounts, rest, fc.gen(), (counts, dimensions, source) => {
        const perRow = dimensions.reduce((product, dimension) => product * dimension, 1);
        const parts = counts.map((count) => bytesFor(datatype, count * perRow, source));
        const rows = counts.reduce((sum, count) => sum + count, 0);
        const batch = { name: 'y', datatype, shape: [rows, ...dimensions], data: new Uint8Array(Buffer.concat(parts)) };
        expect(splitRows(batch, counts)).toEqual(
          counts.map((count, index) => ({ name: 'y', datatype, shape: [count, ...dimensions], data: parts[index] })),
        );
      }),
    );
  });

  test.each([
    ['a scalar', []],
    ['another number of rows', [4, 2]],
    ['no batch dimension', [2]],
  ])('an output with %s is an error of the model', (_, shape) => {
    const data = new Uint8Array(shape.reduce((product, dimension) => product * dimension, 1));
    expect(() => splitRows({ name: 'y', datatype: 'INT8', shape, data }, [2, 1])).toThrow(
      expect.objectContaining({
        code: 'MODEL_EXECUTION_FAILED',
        message: `output 'y' has shape [${shape.join(',')}] for a batch of 3: its first dimension is not the batch`,
      }),
    );
  });

  test.each([
    ['too few bytes', 'FP32' as const, new Uint8Array(7), "output 'y' has shape [2] but 7 bytes, not 8"],
    ['too many bytes', 'FP32' as const, new Uint8Array(9), "output 'y' has shape [2] but 9 bytes, not 8"],
    [
      'too few strings',
      'BYTES' as const,
      new Uint8Array(4),
      "output 'y' has shape [2] but only 0 of its string elements",
    ],
    [
      'a string past the end',
      'BYTES' as const,
      Uint8Array.of(0, 0, 0, 0, 9, 0, 0, 0),
      "output 'y' has shape [2] but 8 bytes, not 17",
    ],
  ])('%s never become rows', (_, datatype, data, message) => {
    expect(() => splitRows({ name: 'y', datatype, shape: [2], data }, [1, 1])).toThrow(
      expect.objectContaining({ code: 'MODEL_EXECUTION_FAILED', message }),
    );
  });
});
