import { expect, test } from 'vitest';
import { bytesElements } from '../tensors/bytes-elements.ts';
import type { Tensor } from '../tensors/tensor.ts';
import { classify } from './classify.ts';
import type { ModelSignature } from './signature.ts';

const bytes = (array: ArrayBufferView<ArrayBuffer>): Uint8Array => new Uint8Array(array.buffer);

const scores: Tensor = {
  name: 'scores',
  datatype: 'FP32',
  shape: [2, 3],
  data: bytes(Float32Array.of(0.1, 0.7, 0.2, Number.NaN, 0.5, 0.5)),
};

function signature(shape: readonly number[]): ModelSignature {
  const tensor = { name: 'scores', datatype: 'FP32', shape } as const;
  return { inputs: [tensor], outputs: [tensor] };
}

function texts(tensor: Tensor | undefined): string[] {
  return [...bytesElements(tensor?.data ?? new Uint8Array(0), 'scores')].map((text) => Buffer.from(text).toString());
}

const wants = (count: number, name = 'scores') => ({ classifications: new Map([[name, count]]) });

test('the highest classes of each row, with their labels', () => {
  const labels = (_output: string, index: number): string | undefined => ['cat', 'dog'][index];
  const [classes] = classify([scores], wants(2), signature([-1, 3]), labels);
  expect(classes).toMatchObject({ name: 'scores', datatype: 'BYTES', shape: [2, 2] });
  expect(texts(classes)).toEqual(['0.700000:1:dog', '0.200000:2', '0.500000:1:dog', '0.500000:2']);
});

test('a model without a batch dimension is looked through as a whole', () => {
  const [classes] = classify([scores], wants(1), signature([2, 3]));
  expect([classes?.shape, texts(classes)]).toEqual([[1], ['0.700000:1']]);
});

test('no more classes than there are, and what is no number comes last', () => {
  const [classes] = classify([scores], wants(9), signature([-1, 3]));
  expect(classes?.shape).toEqual([2, 3]);
  expect(texts(classes).at(-1)).toBe('nan:0');
});

test.each([
  ['INT8', Int8Array.of(-3, 4), ['4:1', '-3:0']],
  ['UINT64', BigUint64Array.of(2n ** 64n - 1n, 1n), ['18446744073709551615:0', '1:1']],
  ['INT64', BigInt64Array.of(-(2n ** 63n), 0n), ['0:1', '-9223372036854775808:0']],
  ['FP64', Float64Array.of(1e22, -Infinity), ['10000000000000000000000.000000:0', '-inf:1']],
] as const)('%s', (datatype, values, expected) => {
  const tensor = { name: 'scores', datatype, shape: [2], data: bytes(values) };
  expect(texts(classify([tensor], wants(2), signature([2]))[0])).toEqual(expected);
});

test('an output without rows has no classes', () => {
  const empty = { ...scores, shape: [0, 3], data: new Uint8Array(0) };
  expect(classify([empty], wants(2), signature([-1, 3]))[0]).toMatchObject({ shape: [0, 0] });
});

test.each(['BYTES', 'BOOL', 'FP16'] as const)('%s has no order', (datatype) => {
  const tensor = { name: 'scores', datatype, shape: [0], data: new Uint8Array(0) };
  expect(() => classify([tensor], wants(1), signature([-1]))).toThrow(
    expect.objectContaining({
      code: 'INVALID_ARGUMENT',
      message: `class result not available for output due to unsupported type '${datatype}' (output 'scores')`,
    }),
  );
});

test('too large an output is refused, others stay as they are', () => {
  const large = { ...scores, datatype: 'INT8', shape: [1_000_001], data: new Uint8Array(1_000_001) } as const;
  expect(() => classify([large], wants(1), signature([-1]))).toThrow('classification output tensor too large');
  const many = { ...large, shape: [100_001], data: new Uint8Array(100_001) };
  expect(() => classify([many], wants(1), signature([-1]))).toThrow(
    "output 'scores' would have 100001 classes; at most 100000 are answered: ask for fewer of each row",
  );
  expect(classify([many], wants(1), signature([100_001]))[0]?.shape).toEqual([1]);
  expect(classify([scores], wants(1, 'other'), signature([-1, 3]))).toEqual([scores]);
});
