import { expect, test } from 'vitest';
import { readOnnxModel } from '@cluster-ai/protocols/onnx/read-model.ts';
import { signatureFromOnnx } from '@cluster-ai/protocols/onnx/signature-from-onnx.ts';
import { convolutionFlops, modelBytes } from './bench-models.ts';

test('the convolution has 40 million operations for one picture of 3x64x64', async () => {
  expect(convolutionFlops() / 1e6).toBeCloseTo(40.1, 1);
  const { inputs, outputs } = signatureFromOnnx(readOnnxModel(await modelBytes('convolution')));
  expect(inputs).toMatchObject([{ name: 'image', datatype: 'FP32', shape: [-1, 3, 64, 64] }]);
  expect(outputs).toMatchObject([{ name: 'probabilities', shape: [-1, 10] }]);
});

test('the matrix model has 40 MB of weights, the same bytes each time', async () => {
  const bytes = await modelBytes('matrix');
  expect(Math.round(bytes.byteLength / 2 ** 20)).toBe(40);
  expect(Buffer.from(bytes).equals(await modelBytes('matrix'))).toBe(true);
});
