import { readFile, rm, writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import {
  batchMeanModel,
  heavyModel,
  identityModel,
  pickyModel,
  smallClassifierModel,
  sumAndDifferenceModel,
  unknownOperatorModel,
  wideModel,
  windowModel,
} from '@cluster-ai/testkit/models/onnx-models.ts';
import { floats, floatsOf, matrices, runnerPid, startHost, until, type HostFixture } from './host-fixture.ts';

let fixture: HostFixture;
afterEach(() => fixture.close());

describe('a model that is loaded', () => {
  it('answers, merged or alone, and reports itself', async () => {
    fixture = await startHost();
    const model = await fixture.load('sums@3', sumAndDifferenceModel());
    expect(model.rowsMax).toBe(64);
    expect(model.freePlaces()).toBe(2);
    const part = (...values: number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);
    const { outputs, computeMs } = await model.execute({
      inputs: [
        { name: 'b', datatype: 'FP32', shape: [2, 3], parts: [part(1, 2, 3), part(4, 5, 6)] },
        { name: 'a', datatype: 'FP32', shape: [2, 3], parts: [part(10, 20, 30, 40, 50, 60)] },
      ],
      outputNames: ['difference'],
      remainingMs: 1_000,
    });
    expect(outputs.map(({ name, datatype, shape, data }) => ({ name, datatype, shape, data: floatsOf(data) }))).toEqual(
      [{ name: 'difference', datatype: 'FP32', shape: [2, 3], data: [9, 18, 27, 36, 45, 54] }],
    );
    expect(computeMs).toBeGreaterThan(0);
    expect(fixture.host.observedModels()).toMatchObject([
      { id: 'sums@3', state: 'READY', reason: '', isolation: 'shared', instances: 1, batched: true },
    ]);
    expect(fixture.host.observedRunners()).toMatchObject([{ isolation: 'shared', restarts: 0, slots: 1 }]);
  });

  it('carries large tensors both ways', async () => {
    fixture = await startHost();
    const model = await fixture.load('echo@1', identityModel('FP32', ['n']));
    const values = Float32Array.from({ length: 5_000_000 }, (_, index) => index);
    const data = new Uint8Array(values.buffer);
    const inputs = [
      {
        name: 'x',
        datatype: 'FP32' as const,
        shape: [values.length],
        parts: [data.subarray(0, 8_000_001), data.subarray(8_000_001)],
      },
    ];
    const { outputs } = await model.execute({ inputs, outputNames: [], remainingMs: 30_000 });
    expect(Buffer.from(outputs[0]?.data ?? []).equals(data)).toBe(true);
  });

  it('uses all its instances, two runs each, and says when a place is free', async () => {
    fixture = await startHost();
    const model = await fixture.load('heavy@1', heavyModel(1), { instances: 2 });
    expect(model.freePlaces()).toBe(4);
    let freed = 0;
    model.onFree(() => {
      freed += 1;
    });
    const runs = Array.from({ length: 4 }, () => model.execute(matrices(300)));
    expect(model.freePlaces()).toBe(0);
    await expect(model.execute(matrices(300))).rejects.toMatchObject({ code: 'INTERNAL' });
    for (const { outputs } of await Promise.all(runs)) expect(outputs[0]?.shape).toEqual([300, 300]);
    expect(freed).toBe(4);
    expect(fixture.host.observedRunners()).toMatchObject([{ slots: 2 }]);
  });

  it('gets further instances and gives them back while it serves', async () => {
    fixture = await startHost();
    const model = await fixture.load('heavy@1', heavyModel(1), { latencyObjectiveMs: 50, isolation: 'dedicated' });
    expect(model.freePlaces()).toBe(2);
    let running = true;
    let answered = 0;
    const client = async (): Promise<void> => {
      while (running) {
        if (model.freePlaces() > 0) {
          expect((await model.execute(matrices(100))).outputs[0]?.shape).toEqual([100, 100]);
          answered += 1;
        }
        await new Promise(setImmediate);
      }
    };
    const clients = [client(), client(), client()];
    await fixture.host.scale('heavy@1', 2);
    expect(fixture.host.observedModels()).toMatchObject([{ state: 'READY', instances: 2 }]);
    expect(fixture.host.observedRunners()).toMatchObject([{ slots: 2 }]);
    await fixture.host.scale('heavy@1', 1);
    expect(fixture.host.observedModels()).toMatchObject([{ state: 'READY', instances: 1 }]);
    expect(fixture.host.observedRunners()).toMatchObject([{ slots: 1, restarts: 0 }]);
    const before = answered;
    await until('it goes on answering', () => answered > before);
    running = false;
    await Promise.all(clients);
    expect(model.freePlaces()).toBe(2);
    await expect(fixture.host.scale('unknown@1', 2)).rejects.toMatchObject({ code: 'MODEL_NOT_READY' });
  });

  it('goes on with what it has when a further instance cannot be loaded', async () => {
    fixture = await startHost();
    const model = await fixture.load('classifier@1', smallClassifierModel(), { latencyObjectiveMs: 50 });
    const file = fixture.file('models/classifier@1/model.onnx');
    const bytes = await readFile(file);
    await rm(file);
    await expect(fixture.host.scale('classifier@1', 2)).rejects.toMatchObject({
      code: expect.stringMatching(/MODEL_/),
    });
    expect((await model.execute(floats('x', [1, 4], [1, 2, 3, 4]))).outputs[0]?.shape).toEqual([1, 3]);
    expect(fixture.host.observedModels()).toMatchObject([{ state: 'READY', instances: 1 }]);
    await writeFile(file, bytes);
    await fixture.host.scale('classifier@1', 2);
    expect(fixture.host.observedModels()).toMatchObject([{ state: 'READY', instances: 2 }]);
    expect(model.freePlaces()).toBe(4);
  });

  it('has as many instances as were wanted after its runner was killed while one was added', async () => {
    fixture = await startHost();
    const model = await fixture.load('classifier@1', smallClassifierModel(), { latencyObjectiveMs: 50 });
    const scaled = fixture.host.scale('classifier@1', 2);
    process.kill(runnerPid(fixture.host, 'shared'), 'SIGKILL');
    await scaled;
    await until('it is ready again', () => fixture.host.observedModels()[0]?.state === 'READY');
    expect(fixture.host.observedModels()).toMatchObject([{ state: 'READY', instances: 2 }]);
    expect((await model.execute(floats('x', [1, 4], [1, 2, 3, 4]))).outputs[0]?.shape).toEqual([1, 3]);
  });

  it('reports what the model refuses, and skips what nobody waits for', async () => {
    fixture = await startHost();
    const model = await fixture.load('classifier@1', smallClassifierModel());
    await expect(model.execute(floats('x', [1, 3], [1, 2, 3]))).rejects.toMatchObject({
      code: 'MODEL_EXECUTION_FAILED',
      message: expect.stringContaining('x'),
    });
    await expect(model.execute(floats('x', [1, 4], [1, 2, 3, 4], -1))).rejects.toMatchObject({
      code: 'DEADLINE_EXCEEDED',
    });
    expect((await model.execute(floats('x', [1, 4], [1, 2, 3, 4]))).outputs[0]?.shape).toEqual([1, 3]);
  });

  it('is refused twice and answers no more once it is unloaded', async () => {
    fixture = await startHost();
    const model = await fixture.load('classifier@1', smallClassifierModel());
    const run = model.execute(floats('x', [1, 4], [1, 2, 3, 4]));
    const unloaded = fixture.host.unload('classifier@1');
    expect(model.freePlaces()).toBe(0);
    await expect(model.execute(floats('x', [1, 4], [1, 2, 3, 4]))).rejects.toMatchObject({ code: 'MODEL_NOT_READY' });
    await unloaded;
    expect((await run).outputs).toHaveLength(1);
    expect(fixture.host.observedModels()).toEqual([]);
    await until('the last runner ends', () => fixture.host.observedRunners().length === 0);
    await fixture.host.unload('classifier@1');
    const again = await fixture.load('classifier@1', smallClassifierModel());
    expect((await again.execute(floats('x', [1, 4], [1, 2, 3, 4]))).outputs).toHaveLength(1);
  });
});

describe('slots', () => {
  it('are shared only when every one of them serves somebody', async () => {
    fixture = await startHost({ slotsMax: 2 });
    const models = [];
    for (const id of ['a@1', 'b@1', 'c@1']) models.push(await fixture.load(id, smallClassifierModel()));
    expect(fixture.host.observedRunners()).toMatchObject([{ slots: 2 }]);
    for (const model of models) {
      expect((await model.execute(floats('x', [1, 4], [1, 2, 3, 4]))).outputs).toHaveLength(1);
    }
    await fixture.host.unload('a@1');
    await fixture.host.unload('b@1');
    expect(fixture.host.observedRunners()).toMatchObject([{ slots: 1 }]);
    const [, , last] = models;
    expect((await last?.execute(floats('x', [1, 4], [1, 2, 3, 4])))?.outputs).toHaveLength(1);
  });

  it('of their own go to large models and to those whose settings say so', async () => {
    fixture = await startHost({ dedicatedFromBytes: 1_000_000 });
    await fixture.load('large@1', wideModel(1));
    await fixture.load('apart@1', smallClassifierModel(), { isolation: 'dedicated' });
    await fixture.load('small@1', smallClassifierModel());
    expect(fixture.host.observedRunners().map(({ isolation }) => isolation)).toEqual([
      'dedicated',
      'dedicated',
      'shared',
    ]);
    expect(fixture.host.observedModels().map(({ id, isolation }) => [id, isolation])).toEqual([
      ['large@1', 'dedicated'],
      ['apart@1', 'dedicated'],
      ['small@1', 'shared'],
    ]);
  });

  it('serve while another model loads', async () => {
    fixture = await startHost();
    const model = await fixture.load('classifier@1', smallClassifierModel());
    let slowestMs = 0;
    let runs = 0;
    const other = { loading: true };
    const load = fixture.load('wide@1', wideModel(25)).finally(() => {
      other.loading = false;
    });
    while (other.loading) {
      const startedMs = performance.now();
      await model.execute(floats('x', [1, 4], [1, 2, 3, 4]));
      slowestMs = Math.max(slowestMs, performance.now() - startedMs);
      runs += 1;
    }
    await load;
    console.log(`while a model of 100 MB loaded: ${runs} runs of another, the slowest took ${slowestMs.toFixed(1)} ms`);
    expect(runs).toBeGreaterThan(0);
    expect(slowestMs).toBeLessThan(2_000);
  });
});

describe('the probe', () => {
  it.each([
    [
      'a file that is no model',
      { ...smallClassifierModel(), bytes: new Uint8Array(2_000).fill(7) },
      'not an ONNX file',
    ],
    ['an operator that nobody knows', unknownOperatorModel(), 'NoSuchOperator'],
    [
      'another signature than the manifest has',
      { ...smallClassifierModel(), signature: batchMeanModel().signature },
      'its manifest says (x FP32[-1,4]) -> (y FP32[-1,4])',
    ],
  ])('refuses %s', async (_, model, reason) => {
    fixture = await startHost();
    await expect(fixture.load('bad@1', model)).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      message: expect.stringContaining(reason),
    });
    expect(fixture.host.observedModels()).toMatchObject([
      { id: 'bad@1', state: 'FAILED', reason: expect.stringContaining(reason) },
    ]);
    expect(fixture.host.observedRunners()).toEqual([]);
    await fixture.host.unload('bad@1');
    expect(fixture.host.observedModels()).toEqual([]);
  });

  it('refuses a truncated file', async () => {
    fixture = await startHost();
    const { bytes, signature } = wideModel(1);
    await expect(
      fixture.load('cut@1', { bytes: bytes.slice(0, bytes.byteLength / 2), signature }),
    ).rejects.toMatchObject({ code: 'MODEL_INVALID' });
  });

  it.each([
    [
      'whose answer to a row depends on the others',
      batchMeanModel(),
      {},
      'requests are not merged: the outputs of a batch of 2 differ from those of single runs',
    ],
    [
      'with a fixed first dimension',
      identityModel('FP32', [1, 4]),
      {},
      "requests are not merged: dimension 0 of input 'x' is fixed",
    ],
    [
      'whose settings forbid it',
      smallClassifierModel(),
      { maxBatchSize: 0 },
      'requests are not merged: merging is switched off',
    ],
    [
      'that refuses made-up inputs',
      pickyModel(),
      {},
      'not warmed, and requests are not merged: made-up inputs were refused',
    ],
  ])('does not merge requests to a model %s', async (_, model, settings, reason) => {
    fixture = await startHost();
    const loaded = await fixture.load('model@1', model, settings);
    expect(loaded.rowsMax).toBe(0);
    expect(fixture.host.observedModels()).toMatchObject([
      { state: 'READY', batched: false, reason: expect.stringContaining(reason) },
    ]);
  });

  it('merges as many rows as the settings say', async () => {
    fixture = await startHost();
    expect((await fixture.load('classifier@1', smallClassifierModel(), { maxBatchSize: 8 })).rowsMax).toBe(8);
    expect((await fixture.load('strings@1', identityModel('BYTES', ['n', 2]))).rowsMax).toBe(64);
  });

  it('finds a size that a model with windows accepts', async () => {
    fixture = await startHost();
    const model = await fixture.load('windows@1', windowModel());
    expect(model.rowsMax).toBe(64);
    expect(fixture.host.observedModels()[0]?.warmUpMs).toBeGreaterThan(0);
  });
});
