import type { ModelSettings } from '@cluster-ai/contract/manifest.ts';
import type { InferenceRequest } from '@cluster-ai/core/inference/request.ts';
import { checkFit } from '@cluster-ai/core/model-configuration/check-fit.ts';
import { systemClock } from '@cluster-ai/core/ports/clock.ts';
import { seededRandom } from '@cluster-ai/core/ports/random.ts';
import { rowsEqual } from '@cluster-ai/core/tensors/rows-equal.ts';
import type { Tensor } from '@cluster-ai/core/tensors/tensor.ts';
import { TickBatcher } from '@cluster-ai/gateway/batching/tick-batcher.ts';
import { serveVersion } from '@cluster-ai/gateway/configuration/serve-version.ts';
import { Findings } from '@cluster-ai/protocols/model-configuration/findings.ts';
import { readConfigText } from '@cluster-ai/protocols/model-configuration/read-files.ts';
import { elementTypeOf } from '@cluster-ai/protocols/onnx/element-types.ts';
import { readOnnxModel } from '@cluster-ai/protocols/onnx/read-model.ts';
import { signatureFromOnnx } from '@cluster-ai/protocols/onnx/signature-from-onnx.ts';
import { writeOnnxModel, type OnnxNode } from '@cluster-ai/protocols/onnx/write-model.ts';
import { afterEach, expect, test } from 'vitest';
import { startHost, type HostFixture } from './host-fixture.ts';

let fixture: HostFixture;
afterEach(() => fixture.close());

const value = (name: string, shape: (number | string)[]) => ({ name, elementType: elementTypeOf.FP32, shape });
const embedding = Float32Array.from({ length: 16 }, (_, index) => Math.sin(index));
const axis = { name: 'axis', datatype: 'INT64' as const, shape: [1], data: BigInt64Array.of(1n) };

/** A model over texts of any length: eight words of two numbers each. Word 0 is what is put behind a text. */
function textModel(nodes: readonly OnnxNode[], outputShape: (number | string)[]): Uint8Array {
  return writeOnnxModel({
    producerName: 'cluster-ai tests',
    opsets: [{ domain: '', version: 17 }],
    graphName: 'test',
    nodes: [
      { opType: 'Gather', inputs: ['embedding', 'words'], outputs: ['embedded'] },
      { opType: 'Unsqueeze', inputs: ['mask', 'last'], outputs: ['wide_mask'] },
      { opType: 'Mul', inputs: ['embedded', 'wide_mask'], outputs: ['masked'] },
      ...nodes,
    ],
    initializers: [
      { name: 'embedding', datatype: 'FP32', shape: [8, 2], data: embedding },
      { name: 'last', datatype: 'INT64', shape: [1], data: BigInt64Array.of(2n) },
      axis,
    ],
    inputs: [{ ...value('words', ['n', 'length']), elementType: elementTypeOf.INT64 }, value('mask', ['n', 'length'])],
    outputs: [value('y', outputShape)],
  });
}

const models = {
  /** The mean of the words that the mask lets through. */
  mean: textModel(
    [
      { opType: 'ReduceSum', inputs: ['masked', 'axis'], outputs: ['sums'], attributes: { keepdims: { int: 0n } } },
      { opType: 'ReduceSum', inputs: ['mask', 'axis'], outputs: ['count'] },
      { opType: 'Div', inputs: ['sums', 'count'], outputs: ['y'] },
    ],
    ['n', 2],
  ),
  /** Something of each word. */
  labels: textModel([{ opType: 'Tanh', inputs: ['masked'], outputs: ['y'] }], ['n', 'length', 2]),
  /** The mean over everything, mask or not. */
  careless: textModel(
    [
      {
        opType: 'ReduceMean',
        inputs: ['masked'],
        outputs: ['y'],
        attributes: { axes: { ints: [1n] }, keepdims: { int: 0n } },
      },
    ],
    ['n', 2],
  ),
};

const dimension = (input: string): string =>
  `parameters { key: "cluster_ai.pad.${input}" value { string_value: "dim=0 sizes=8,16,32" } }`;

async function serve(name: keyof typeof models) {
  const bytes = models[name];
  const signature = signatureFromOnnx(readOnnxModel(bytes));
  const findings = new Findings();
  const text = `max_batch_size: 32 dynamic_batching { } ${dimension('words')} ${dimension('mask')}`;
  const configuration = readConfigText(text, name, findings);
  expect(findings.wrong).toEqual([]);
  expect(checkFit(configuration, signature, new Set())).toEqual([]);
  fixture = await startHost();
  // As it comes from the control plane.
  const settings: ModelSettings = { configuration: JSON.parse(JSON.stringify(configuration)) };
  const [model, folder] = await fixture.store(`${name}@1`, { bytes, signature }, settings);
  const host = await fixture.host.load(model, folder);
  const options = { clock: systemClock, queueLengthMax: 1_000, enabled: true };
  return { host, options, serving: () => serveVersion(model, host, folder, options) };
}

function request(length: number): InferenceRequest {
  const random = seededRandom(length);
  const words = BigInt64Array.from({ length }, () => BigInt(Math.floor(random() * 8)));
  const mask = Float32Array.from({ length }, () => 1);
  const tensor = (name: string, datatype: 'INT64' | 'FP32', { buffer }: ArrayBufferView): Tensor => ({
    name,
    datatype,
    shape: [1, length],
    data: new Uint8Array(buffer.slice(0)),
  });
  const inputs = [tensor('words', 'INT64', words), tensor('mask', 'FP32', mask)];
  return { modelName: 'texts', modelVersion: null, id: null, inputs, outputNames: [], parameters: {} };
}

const requests = [1, 2, 3, 7, 8, 9, 15, 16, 20, 31, 32, 33, 40].map(request);

const ask = (batcher: Pick<TickBatcher, 'enqueue'>) =>
  Promise.all(requests.map((each) => batcher.enqueue(each, systemClock.nowMs() + 30_000).outcome));

test.each(['mean', 'labels'] as const)(
  'requests of different lengths run together with the model %s, and get the answers that they get alone',
  async (name) => {
    const { host, options, serving } = await serve(name);
    const expected = await ask(new TickBatcher(host, { ...options, enabled: false }));
    const { batcher, paddingVerdict } = await serving();
    expect(paddingVerdict).toMatchObject({ reason: '' });
    const found = await ask(batcher);
    found.forEach(({ outputs }, index) => {
      for (const [place, output] of outputs.entries()) {
        const wanted = expected[index]?.outputs[place];
        expect(output.shape).toEqual(wanted?.shape);
        expect(wanted !== undefined && rowsEqual(output, wanted)).toBe(true);
      }
    });
    // 8, 16, 32, and 33 and 40 by themselves.
    expect(batcher.figures.snapshot().batches).toBe(5);
    expect(found[0]?.times.batchRows).toBe(5);
  },
);

test('a model whose answers would be others is reported, and its requests run as they came', async () => {
  const { host, options, serving } = await serve('careless');
  const expected = await ask(new TickBatcher(host, { ...options, enabled: false }));
  const { batcher, paddingVerdict } = await serving();
  expect(paddingVerdict).toEqual({
    padding: null,
    reason: 'requests are not padded: requests that are padded to 8 get other answers than as they came',
  });
  const found = await ask(batcher);
  expect(found.map(({ outputs }) => outputs)).toEqual(expected.map(({ outputs }) => outputs));
});
