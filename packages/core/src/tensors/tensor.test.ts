import { describe, expect, test } from 'vitest';
import { encodeBytesElements } from './bytes-elements.ts';
import { datatypes, elementBytes, isDatatype } from './datatype.ts';
import { assertTensorBytes, elementCount, elementCountMax } from './tensor.ts';

describe('number of elements', () => {
  test.each([
    [[], 1],
    [[7], 7],
    [[2, 3, 4], 24],
    [[0], 0],
    [[5, 0], 0],
    [[2 ** 31 - 1], 2 ** 31 - 1],
    [[0, elementCountMax, elementCountMax], 0],
    [[elementCountMax, elementCountMax, 0], 0],
  ])('of shape %j is %d', (shape, count) => {
    expect(elementCount(shape, 'x')).toBe(count);
  });

  test.each([
    [[2 ** 31]],
    [[65_536, 65_536]],
    [[2 ** 53 - 1, 2 ** 53 - 1]],
    [[0, 2 ** 40]],
    [[2 ** 31, 0]],
    [Array.from({ length: 1_024 }, () => 2 ** 31)],
  ])('of shape %j is refused', (shape) => {
    expect(() => elementCount(shape, 'x')).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message: `shape [${shape.join(',')}] of input 'x' causes total element count to exceed maximum size of ${elementCountMax}`,
      }),
    );
  });

  test.each([[[-1]], [[-2, -3]], [[1.5]], [[Number.NaN]], [[Infinity, 0]], [[2 ** 53]]])(
    'of shape %j does not exist',
    (shape) => {
      expect(() => elementCount(shape, 'x')).toThrow(
        expect.objectContaining({
          code: 'DIMENSION_NOT_UNSIGNED',
          message: "Unable to parse 'shape': attempt to access JSON non-unsigned-integer as unsigned-integer",
        }),
      );
    },
  );
});

describe('bytes of a tensor', () => {
  const numeric = datatypes.filter((datatype) => datatype !== 'BYTES');

  test.each(numeric)('%s: exactly as many as the shape says', (datatype) => {
    const bytes = 6 * elementBytes[datatype];
    const tensor = { name: 'x', datatype, shape: [2, 3] };
    assertTensorBytes({ ...tensor, data: new Uint8Array(bytes) });
    assertTensorBytes({ ...tensor, shape: [0, 3], data: new Uint8Array(0) });
    for (const wrong of [0, bytes - 1, bytes + 1]) {
      expect(() => assertTensorBytes({ ...tensor, data: new Uint8Array(wrong) })).toThrow(
        `input byte size mismatch for input 'x': expected ${bytes} bytes for shape [2,3] of ${datatype}, got ${wrong}`,
      );
    }
  });

  test('BYTES: as many elements as the shape says', () => {
    const data = encodeBytesElements([Uint8Array.of(1), new Uint8Array(0)]);
    const tensor = { name: 'x', datatype: 'BYTES' as const, data };
    assertTensorBytes({ ...tensor, shape: [2] });
    expect(() => assertTensorBytes({ ...tensor, shape: [3] })).toThrow(
      "expected 3 string elements for input 'x', got 2",
    );
    expect(() => assertTensorBytes({ ...tensor, shape: [1] })).toThrow(
      "expected 1 string elements for input 'x', got 2",
    );
  });

  test('BOOL: 0 and 1 only', () => {
    const tensor = { name: 'x', datatype: 'BOOL' as const, shape: [3] };
    assertTensorBytes({ ...tensor, data: Uint8Array.of(0, 1, 1) });
    expect(() => assertTensorBytes({ ...tensor, data: Uint8Array.of(0, 1, 2) })).toThrow(
      "element 2 of input 'x' is the byte 2; a BOOL is 0 or 1",
    );
  });
});

test('datatypes are known by their exact name', () => {
  expect(datatypes.every(isDatatype)).toBe(true);
  for (const other of ['BF16', 'fp32', 'constructor', '', null, 1]) expect(isDatatype(other)).toBe(false);
});
