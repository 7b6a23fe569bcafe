import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { InferenceRequest } from '@cluster-ai/core/inference/request.ts';
import type { ModelSignature } from '@cluster-ai/core/inference/signature.ts';
import { seededRandom, type Random } from '@cluster-ai/core/ports/random.ts';
import { systemClock } from '@cluster-ai/core/ports/clock.ts';
import { TickBatcher } from '@cluster-ai/gateway/batching/tick-batcher.ts';
import { readOnnxModel } from '@cluster-ai/protocols/onnx/read-model.ts';
import { signatureFromOnnx } from '@cluster-ai/protocols/onnx/signature-from-onnx.ts';
import { elementTypeOf } from '@cluster-ai/protocols/onnx/element-types.ts';
import { writeOnnxModel, type OnnxNode } from '@cluster-ai/protocols/onnx/write-model.ts';
import { smallClassifierModel, wideModel } from '@cluster-ai/testkit/models/onnx-models.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { repository } from '../../start-platform.ts';
import { floatsOf, startHost, type HostFixture } from './host-fixture.ts';

interface TestModel {
  readonly bytes: Uint8Array;
  readonly signature: ModelSignature;
}

let fixture: HostFixture;

beforeAll(async () => {
  fixture = await startHost();
});

afterAll(() => fixture.close());

/** One of the example models. */
function example(name: string): TestModel {
  const bytes = readFileSync(join(repository, 'models', name, '1', 'model.onnx'));
  return { bytes, signature: signatureFromOnnx(readOnnxModel(bytes)) };
}

/** Three convolutions over a picture of 24 by 24, and the mean of each channel. */
function convolution(): TestModel {
  const random = seededRandom(5);
  const channels = [3, 16, 16, 8];
  const nodes: OnnxNode[] = [1, 2, 3].map((layer) => ({
    opType: 'Conv',
    inputs: [layer === 1 ? 'x' : `layer_${layer - 1}`, `weights_${layer}`],
    outputs: [`layer_${layer}`],
    attributes: { pads: { ints: [1, 1, 1, 1] }, kernel_shape: { ints: [3, 3] } },
  }));
  const initializers = [1, 2, 3].map((layer) => {
    const shape = [channels[layer] ?? 1, channels[layer - 1] ?? 1, 3, 3];
    const count = shape.reduce((product, size) => product * size, 1);
    const data = Float32Array.from({ length: count }, () => random() - 0.5);
    return { name: `weights_${layer}`, datatype: 'FP32' as const, shape, data };
  });
  const value = (name: string, shape: (number | string)[]) => ({ name, elementType: elementTypeOf.FP32, shape });
  return {
    bytes: writeOnnxModel({
      producerName: 'cluster-ai tests',
      opsets: [{ domain: '', version: 17 }],
      graphName: 'test',
      nodes: [...nodes, { opType: 'GlobalAveragePool', inputs: ['layer_3'], outputs: ['y'] }],
      initializers,
      inputs: [value('x', ['n', 3, 24, 24])],
      outputs: [value('y', ['n', 8, 1, 1])],
    }),
    signature: {
      inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 3, 24, 24] }],
      outputs: [{ name: 'y', datatype: 'FP32', shape: [-1, 8, 1, 1] }],
    },
  };
}

/** A request of some rows of random numbers for a model whose inputs are FP32. */
function requestOf({ inputs }: ModelSignature, rows: number, random: Random): InferenceRequest {
  return {
    modelName: 'model',
    modelVersion: null,
    id: null,
    inputs: inputs.map(({ name, datatype, shape }) => {
      const whole = [rows, ...shape.slice(1)];
      const count = whole.reduce((product, size) => product * size, 1);
      const data = Float32Array.from({ length: count }, () => random() * 2 - 1);
      return { name, datatype, shape: whole, data: new Uint8Array(data.buffer) };
    }),
    outputNames: [],
    parameters: {},
  };
}

/** The numbers of all outputs of each request, which are all sent in one turn of the event loop. */
async function answersOf(batcher: TickBatcher, requests: readonly InferenceRequest[]): Promise<number[][]> {
  const tickets = requests.map((request) => batcher.enqueue(request, systemClock.nowMs() + 60_000));
  const outcomes = await Promise.all(tickets.map(({ outcome }) => outcome));
  return outcomes.map(({ outputs }) => outputs.flatMap(({ data }) => floatsOf(data)));
}

const models = {
  iris: () => example('iris'),
  mnist: () => example('mnist'),
  'small classifier': smallClassifierModel,
  'wide matrices': () => wideModel(1),
  convolution,
} as const;

test.each(Object.entries(models))('%s: merged requests get the answers of single ones', async (name, make) => {
  const model = make();
  const id = name.replaceAll(' ', '-');
  // Each queue has a loaded model of its own.
  const [merging, alone] = [await fixture.load(`${id}@1`, model), await fixture.load(`${id}@2`, model)];
  expect(merging.rowsMax).toBeGreaterThan(1);
  const common = { clock: systemClock, queueLengthMax: 10_000 };
  const merged = new TickBatcher(merging, { ...common, enabled: true });
  const single = new TickBatcher(alone, { ...common, enabled: false });
  const random = seededRandom(9);
  let differing = 0;
  let largest = 0;
  // Single runs of 40 MB of weights take long.
  for (const count of name === 'wide matrices' ? [1, 3, 16] : [1, 2, 3, 7, 16, 33, 64, 100]) {
    // Half of the rounds have one row in each request.
    for (const rowsMax of [1, 5]) {
      const requests = Array.from({ length: count }, () =>
        requestOf(model.signature, 1 + Math.floor(random() * rowsMax), random),
      );
      const [found, wanted] = [await answersOf(merged, requests), await answersOf(single, requests)];
      for (const [index, numbers] of wanted.entries()) {
        expect(found[index]).toHaveLength(numbers.length);
        const scale = Math.max(...numbers.map(Math.abs));
        for (const [place, number] of numbers.entries()) {
          const difference = Math.abs((found[index]?.[place] ?? Number.NaN) - number);
          differing += difference > 0 ? 1 : 0;
          largest = Math.max(largest, difference / scale);
          // What the probe allows: the last places, because kernels add in another order when there are more rows.
          expect(difference).toBeLessThanOrEqual(2e-5 * scale);
        }
      }
    }
  }
  const { batches, requests, rows } = merged.figures.snapshot();
  console.log(
    `${name}: ${requests} requests, ${rows} rows in ${batches} runs; ${differing} numbers differ, by ${largest.toExponential(1)} of the largest at most`,
  );
  expect(batches).toBeLessThan(requests / 4);
  expect(single.figures.snapshot().closed).toMatchObject({ alone: requests });
});
