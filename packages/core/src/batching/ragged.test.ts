import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { BatchInput } from '../model-configuration/model-configuration.ts';
import type { Tensor } from '../tensors/tensor.ts';
import { elementsOf, madeInput, scatter } from './ragged.ts';

function floats(...shape: number[]): Tensor {
  const count = shape.reduce((product, size) => product * size, 1);
  const data = new Uint8Array(Float32Array.from({ length: count }, (_, index) => index).buffer);
  return { name: 'x', datatype: 'FP32', shape, data };
}

/** Triton's own example among them: a request of two rows of [3, 1], and one of a row of [2, 2]. */
const sources = [floats(2, 3, 1), floats(1, 2, 2)];

test.each([
  ['BATCH_ELEMENT_COUNT', [2], [6, 4]],
  ['BATCH_ACCUMULATED_ELEMENT_COUNT', [2], [6, 10]],
  ['BATCH_ACCUMULATED_ELEMENT_COUNT_WITH_ZERO', [3], [0, 6, 10]],
  ['BATCH_MAX_ELEMENT_COUNT_AS_SHAPE', [6], [0, 0, 0, 0, 0, 0]],
  ['BATCH_ITEM_SHAPE', [3, 2], [3, 1, 3, 1, 2, 2]],
  ['BATCH_ITEM_SHAPE_FLATTEN', [6], [3, 1, 3, 1, 2, 2]],
] as const)('%s', (kind, shape, values) => {
  for (const datatype of ['FP32', 'INT32'] as const) {
    const rule: BatchInput = { input: 'places', kind, datatype, source: 'x' };
    const made = madeInput(rule, sources);
    expect(made.shape).toEqual(shape);
    const { buffer } = made.data;
    expect([...(datatype === 'FP32' ? new Float32Array(buffer) : new Int32Array(buffer))]).toEqual(values);
  }
});

test('a flat output that is cut by the inputs has their shapes, and all of its elements in order', () => {
  const shape = fc.tuple(fc.integer({ min: 1, max: 3 }), fc.nat({ max: 5 }), fc.integer({ min: 1, max: 3 }));
  fc.assert(
    fc.property(fc.array(shape, { minLength: 1, maxLength: 8 }), (shapes) => {
      const inputs = shapes.map((own) => floats(...own));
      const total = inputs.reduce((sum, input) => sum + elementsOf(input), 0);
      const pieces = scatter(floats(total), inputs);
      expect(pieces.map((piece) => piece.shape)).toEqual(shapes);
      expect(Buffer.concat(pieces.map(({ data }) => data))).toEqual(Buffer.from(floats(total).data));
      expect(() => scatter(floats(total + 1), inputs)).toThrow(
        expect.objectContaining({ code: 'MODEL_EXECUTION_FAILED' }),
      );
    }),
  );
});
