import { ClusterError } from '@cluster-ai/core/errors.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { moveWeights, type ByteSource, type MovedWeights } from './move-weights.ts';
import { writeOnnxModel, type OnnxModel } from './write-model.ts';
import type { OnnxTensor } from './write-tensor.ts';

const options = { fromBytes: 64, location: 'model.onnx.weights' };

function sourceOf(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.byteLength,
    read: (start, end) => {
      expect(start >= 0 && start <= end && end <= bytes.byteLength).toBe(true);
      return bytes.subarray(start, end);
    },
  };
}

function modelWith(initializers: readonly OnnxTensor[]): Uint8Array {
  const model: OnnxModel = {
    producerName: 'test',
    opsets: [{ domain: '', version: 17 }],
    graphName: 'weights',
    nodes: initializers.map(({ name }) => ({ opType: 'Identity', inputs: [name], outputs: [`${name}_out`] })),
    initializers,
    inputs: [],
    outputs: [{ name: 'y', elementType: 1, shape: [1] }],
  };
  return writeOnnxModel(model);
}

/** The model file, and the file of the weights. */
function assembled(bytes: Uint8Array, { model, weights }: MovedWeights): { model: Buffer; weights: Buffer } {
  const pieces = model.map((piece) => ('start' in piece ? bytes.subarray(piece.start, piece.end) : piece));
  const last = weights.at(-1);
  const file = Buffer.alloc(last === undefined ? 0 : last.offset + last.end - last.start);
  for (const { start, end, offset } of weights) file.set(bytes.subarray(start, end), offset);
  return { model: Buffer.concat(pieces), weights: file };
}

const weight = (name: string, data: Uint8Array): OnnxTensor => ({
  name,
  datatype: 'UINT8',
  shape: [data.length],
  data,
});

test('large weights lie in the other file, page by page, and the model says where', () => {
  const sizes = fc.array(fc.uint8Array({ minLength: 0, maxLength: 300, size: 'max' }), { maxLength: 12 });
  fc.assert(
    fc.property(sizes, (all) => {
      const bytes = modelWith(all.map((data, index) => weight(`w${index}`, data)));
      const moved = moveWeights(sourceOf(bytes), options);
      const large = all.filter((data) => data.length >= options.fromBytes);
      expect(moved === null).toBe(large.length === 0);
      if (moved === null) return;
      let pages = 0;
      const expected = all.map((data, index): OnnxTensor => {
        if (data.length < options.fromBytes) return weight(`w${index}`, data);
        const external = { location: options.location, offset: pages * 4_096, length: data.length };
        pages += Math.ceil(data.length / 4_096);
        return { name: `w${index}`, datatype: 'UINT8', shape: [data.length], external };
      });
      const found = assembled(bytes, moved);
      expect(found.model.equals(modelWith(expected))).toBe(true);
      large.forEach((data, index) => {
        const { offset } = moved.weights[index] ?? { offset: -1 };
        expect(found.weights.subarray(offset, offset + data.length).equals(data)).toBe(true);
      });
    }),
  );
});

test('weights of many pages follow one another', () => {
  const bytes = modelWith([weight('a', new Uint8Array(10_000).fill(7)), weight('b', new Uint8Array(70_000).fill(9))]);
  const moved = moveWeights(sourceOf(bytes), options);
  expect(moved?.weights.map(({ start, end, offset }) => [end - start, offset])).toEqual([
    [10_000, 0],
    [70_000, 12_288],
  ]);
});

test('a model whose weights lie elsewhere already, or that has none, stays as it is', () => {
  const external = { location: `${'a'.repeat(80)}.bin`, offset: 0, length: 4_000 };
  expect(moveWeights(sourceOf(modelWith([])), options)).toBeNull();
  const elsewhere: OnnxTensor = { name: 'e', datatype: 'FP32', shape: [1_000], external };
  expect(moveWeights(sourceOf(modelWith([elsewhere])), options)).toBeNull();
  const both = modelWith([elsewhere, weight('w', new Uint8Array(100))]);
  const moved = moveWeights(sourceOf(both), options);
  expect(moved === null ? '' : assembled(both, moved).model.toString('latin1')).toContain(external.location);
});

test('bytes that are no model, or a part of one, are refused or moved, and end', () => {
  const bytes = modelWith([weight('a', new Uint8Array(500).fill(8)), weight('b', new Uint8Array(900).fill(1))]);
  const changes = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(changes, fc.nat(bytes.length), (changed, length) => {
      const other = bytes.slice(0, length === 0 ? bytes.length : length);
      for (const [at, octet] of changed) if (at < other.length) other[at] = octet;
      try {
        const moved = moveWeights(sourceOf(other), options);
        for (const { start, end } of moved?.weights ?? []) expect(start < end && end <= other.length).toBe(true);
      } catch (error) {
        expect(error).toBeInstanceOf(ClusterError);
        expect(error).toHaveProperty('code', 'MODEL_INVALID');
      }
    }),
    { numRuns: 2_000 },
  );
  expect(() => moveWeights(sourceOf(bytes.subarray(0, bytes.length - 1)), options)).toThrow('the file is cut short');
});
