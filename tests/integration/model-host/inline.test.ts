import { existsSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { ExecutionResult } from '@cluster-ai/gateway/execution/executor.ts';
import { identityModel, pickyModel, smallClassifierModel } from '@cluster-ai/testkit/models/onnx-models.ts';
import { floats, floatsOf, startHost, type HostFixture } from './host-fixture.ts';

let fixture: HostFixture;
afterEach(() => fixture.close());

const inlineClassifier = { inlineModels: ['classifier'] };
const row = [1, 2, 3, 4];

/** What a batch of three requests gives, each with memory of its own. */
const merged = {
  inputs: [
    {
      name: 'x',
      datatype: 'FP32' as const,
      shape: [3, 4],
      parts: [row, [4, 3, 2, 1], [0, 0, 1, 1]].map((values) => new Uint8Array(Float32Array.from(values).buffer)),
    },
  ],
  outputNames: [],
  remainingMs: 30_000,
};

describe('a model inside the gateway', () => {
  it('answers as in a runner, bit for bit, and has none', async () => {
    fixture = await startHost(inlineClassifier);
    const inside = await fixture.load('classifier@1', smallClassifierModel());
    const outside = await fixture.load('other@1', smallClassifierModel());
    const plain = ({ outputs }: ExecutionResult): unknown =>
      outputs.map((output) => ({ ...output, data: [...output.data] }));
    expect(inside.freePlaces()).toBe(1);
    expect(inside.rowsMax).toBe(outside.rowsMax);
    for (const execution of [floats('x', [1, 4], row), merged]) {
      expect(plain(await inside.execute(execution))).toEqual(plain(await outside.execute(execution)));
    }
    expect(fixture.host.observedModels().map(({ id, state, isolation }) => [id, state, isolation])).toEqual([
      ['classifier@1', 'READY', 'inline'],
      ['other@1', 'READY', 'shared'],
    ]);
    expect(fixture.host.observedRunners().flatMap(({ models }) => models)).toEqual(['other@1']);
  });

  it('takes data at any address', async () => {
    fixture = await startHost({ inlineModels: ['echo'] });
    const model = await fixture.load('echo@1', identityModel('FP32', ['n']));
    const bytes = new Uint8Array(13);
    bytes.set(new Uint8Array(Float32Array.of(1, 2, 3).buffer), 1);
    const inputs = [{ name: 'x', datatype: 'FP32' as const, shape: [3], parts: [bytes.subarray(1)] }];
    const { outputs } = await model.execute({ inputs, outputNames: ['y'], remainingMs: 1_000 });
    expect(floatsOf(outputs[0]?.data)).toEqual([1, 2, 3]);
  });

  it('gives the event loop its turns, and says when it has a place again', async () => {
    fixture = await startHost(inlineClassifier);
    const model = await fixture.load('classifier@1', smallClassifierModel());
    let freed = 0;
    model.onFree(() => {
      freed += 1;
    });
    let runs = 0;
    while (model.freePlaces() > 0) {
      runs += 1;
      void model.execute(floats('x', [1, 4], row));
    }
    expect(runs).toBeGreaterThan(1);
    await nextTurn();
    expect([freed, model.freePlaces()]).toEqual([1, 1]);
  });

  it('reports what it refuses, and skips what nobody waits for', async () => {
    fixture = await startHost(inlineClassifier);
    const model = await fixture.load('classifier@1', smallClassifierModel());
    await expect(model.execute(floats('x', [1, 3], [1, 2, 3]))).rejects.toMatchObject({
      code: 'MODEL_EXECUTION_FAILED',
    });
    // The first error of a process takes milliseconds on a slow machine, and such a run leaves no place in its turn.
    await nextTurn();
    await expect(model.execute(floats('x', [1, 4], row, -1))).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    await nextTurn();
    expect((await model.execute(floats('x', [1, 4], row))).outputs).toHaveLength(1);
  });

  it('goes when it is unloaded, and comes again', async () => {
    fixture = await startHost(inlineClassifier);
    const model = await fixture.load('classifier@1', smallClassifierModel());
    await fixture.host.unload('classifier@1');
    expect(model.freePlaces()).toBe(0);
    await expect(model.execute(floats('x', [1, 4], row))).rejects.toMatchObject({ code: 'MODEL_NOT_READY' });
    const again = await fixture.load('classifier@1', smallClassifierModel());
    expect((await again.execute(floats('x', [1, 4], row))).outputs).toHaveLength(1);
  });
});

describe('a model stays in a runner', () => {
  it('when it is larger than one inside may be', async () => {
    fixture = await startHost({ ...inlineClassifier, inlineBytesMax: 10 });
    await fixture.load('classifier@1', smallClassifierModel());
    expect(fixture.host.observedModels()).toMatchObject([{ isolation: 'shared', reason: '' }]);
  });

  it('when nobody knows how long it takes, and says so', async () => {
    fixture = await startHost({ inlineModels: ['picky'] });
    await fixture.load('picky@1', pickyModel());
    expect(fixture.host.observedModels()).toMatchObject([
      {
        state: 'READY',
        isolation: 'shared',
        reason: expect.stringContaining('not run inside the gateway: it refuses'),
      },
    ]);
  });
});

it('an orderly end leaves no trace of models inside', async () => {
  fixture = await startHost(inlineClassifier);
  await fixture.load('classifier@1', smallClassifierModel());
  expect(existsSync(fixture.file('inline-starts.json'))).toBe(true);
  await fixture.host.close();
  expect(existsSync(fixture.file('inline-starts.json'))).toBe(false);
});
