import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readOnnxModel } from '@cluster-ai/protocols/onnx/read-model.ts';
import { signatureFromOnnx } from '@cluster-ai/protocols/onnx/signature-from-onnx.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fetchModels } from './fetch.ts';

let target = '';
beforeAll(async () => {
  target = await mkdtemp(join(tmpdir(), 'cluster-ai-models-'));
});
afterAll(async () => rm(target, { recursive: true }));

test('Silero VAD is fetched once, repaired when damaged, and has the signature that its page states', async () => {
  const path = join(target, 'silero-vad', '1', 'model.onnx');
  await fetchModels(target);
  const model = await readFile(path);
  expect(await fetchModels(target)).toBe(0);
  await writeFile(path, model.subarray(0, 1000));
  await fetchModels(target);
  expect(await readFile(path)).toEqual(model);
  expect(signatureFromOnnx(readOnnxModel(model))).toEqual({
    inputs: [
      { name: 'input', datatype: 'FP32', shape: [-1, -1] },
      { name: 'state', datatype: 'FP32', shape: [2, -1, 128] },
      { name: 'sr', datatype: 'INT64', shape: [] },
    ],
    outputs: [
      { name: 'output', datatype: 'FP32', shape: [-1, 1] },
      { name: 'stateN', datatype: 'FP32', shape: [-1, -1, -1] },
    ],
  });
});
