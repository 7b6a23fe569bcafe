import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { identityModel, sumAndDifferenceModel, unknownOperatorModel } from '@cluster-ai/testkit/models/onnx-models.ts';
import { describeRuntime } from '@cluster-ai/testkit/runtimes/runtime-suite.ts';
import { elementTypeOf } from '@cluster-ai/protocols/onnx/element-types.ts';
import { writeOnnxModel } from '@cluster-ai/protocols/onnx/write-model.ts';
import type { LoadedModel } from '../runtime.ts';
import { createOnnxRuntime, onnxRuntime } from './onnx-runtime.ts';
import { openPublicSession } from './onnx-session.ts';

let home = '';
let folders = 0;

beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'cluster-ai-runtime-'));
});
afterAll(() => rm(home, { recursive: true, force: true }));

async function load(bytes: Uint8Array, runtime = onnxRuntime): Promise<LoadedModel> {
  return runtime.load(await folderWith(bytes), { modelFile: 'model.onnx', signature: null });
}

async function folderWith(bytes: Uint8Array): Promise<string> {
  folders += 1;
  const folder = path.join(home, `model-${folders}`);
  await mkdir(folder);
  await writeFile(path.join(folder, 'model.onnx'), bytes);
  return folder;
}

describeRuntime('onnx', {
  identity: (datatype, shape) => load(identityModel(datatype, shape).bytes),
  sumAndDifference: () => load(sumAndDifferenceModel().bytes),
  corrupt: () => load(new TextEncoder().encode('this is no model, but it is long enough to be one')),
});

const publicRuntime = createOnnxRuntime(openPublicSession);

describeRuntime('onnx by its public class', {
  identity: (datatype, shape) => load(identityModel(datatype, shape).bytes, publicRuntime),
  sumAndDifference: () => load(sumAndDifferenceModel().bytes, publicRuntime),
  corrupt: () => load(new TextEncoder().encode('this is no model, but it is long enough to be one'), publicRuntime),
});

it('runs at once with this release of the library', async () => {
  const model = await load(identityModel('FP32', ['n']).bytes);
  const data = new Uint8Array(Float32Array.of(1, 2).buffer);
  const outputs = model.executeNow?.([{ name: 'x', datatype: 'FP32', shape: [2], data }], []);
  expect(outputs).toMatchObject([{ name: 'y', shape: [2] }]);
  expect([...(outputs?.[0]?.data ?? [])]).toEqual([...data]);
  await model.release();
});

/** Adds a weight that lies in another file. */
function externalModel(location: string): Uint8Array {
  return writeOnnxModel({
    producerName: 'test',
    opsets: [{ domain: '', version: 17 }],
    graphName: 'test',
    nodes: [{ opType: 'Add', inputs: ['x', 'w'], outputs: ['y'] }],
    initializers: [{ name: 'w', datatype: 'FP32', shape: [2], external: { location, offset: 0, length: 8 } }],
    inputs: [{ name: 'x', elementType: elementTypeOf.FP32, shape: [2] }],
    outputs: [{ name: 'y', elementType: elementTypeOf.FP32, shape: [2] }],
  });
}

describe('ONNX files', () => {
  it('takes weights from a file of the same folder', async () => {
    const folder = await folderWith(externalModel('weights.bin'));
    await writeFile(path.join(folder, 'weights.bin'), new Uint8Array(Float32Array.of(10, 20).buffer));
    const model = await onnxRuntime.load(folder, { modelFile: 'model.onnx', signature: null });
    const data = new Uint8Array(Float32Array.of(1, 2).buffer);
    const [output] = await model.execute([{ name: 'x', datatype: 'FP32', shape: [2], data }], []);
    await model.release();
    expect([...new Float32Array(output?.data.slice().buffer ?? new ArrayBuffer(0))]).toEqual([11, 22]);
  });

  it.each(['../weights.bin', '/etc/passwd', 'a/../../weights.bin'])(
    'refuses weights at %s, outside the model',
    async (location) => {
      await expect(load(externalModel(location))).rejects.toMatchObject({
        code: 'MODEL_INVALID',
        message: `its weights lie in "${location}", which is not a path inside the model`,
      });
    },
  );

  it("gives the runtime's reason without the folder's name", async () => {
    const failure = await load(unknownOperatorModel().bytes).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'MODEL_INVALID', message: expect.stringContaining('NoSuchOperator') });
    expect(String(failure)).not.toContain(home);
  });

  it('believes a signature that it is given', async () => {
    const { bytes, signature } = identityModel('FP32', ['n']);
    const model = await onnxRuntime.load(await folderWith(bytes), { modelFile: 'model.onnx', signature });
    expect(model.signature).toBe(signature);
    await model.release();
  });
});

describe('strings', () => {
  it('are refused in a number that would take all memory', async () => {
    const model = await load(identityModel('BYTES', ['n']).bytes);
    const count = 1_000_001;
    const run = model.execute([{ name: 'x', datatype: 'BYTES', shape: [count], data: new Uint8Array(count * 4) }], []);
    await expect(run).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: "input 'x' has more than 1000000 strings, the most that one run takes",
    });
    await model.release();
  });
});
