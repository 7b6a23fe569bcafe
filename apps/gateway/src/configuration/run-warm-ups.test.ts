import type { WarmUpSample } from '@cluster-ai/core/model-configuration/model-configuration.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { emptyConfiguration } from '@cluster-ai/testkit/empty-configuration.ts';
import { FakeExecutor } from '@cluster-ai/testkit/fake-executor.ts';
import { rowSignature, snapshotModel } from '@cluster-ai/testkit/snapshot-models.ts';
import { expect, test } from 'vitest';
import { runWarmUps } from './run-warm-ups.ts';

const sample: WarmUpSample = {
  name: 'usual',
  count: 1,
  batchSize: 4,
  inputs: [{ name: 'x', datatype: 'FP32', dims: [3], data: { kind: 'random' } }],
};

function setUp(samples: readonly WarmUpSample[], places: number) {
  const configuration = {
    ...emptyConfiguration,
    maxBatchSize: 8,
    instanceCount: places,
    warmUps: samples.map((each) => ({
      ...each,
      inputs: each.inputs.map((input) => ({ ...input, dims: [...input.dims] })),
    })),
  };
  const model = snapshotModel('mlp', 1, { signature: rowSignature(3), settings: { configuration } });
  const executor = new FakeExecutor({ model, rowsMax: 8, places });
  executor.answer = (run) => run.succeed();
  const warmUp = (sizesMsMax = 60_000) => runWarmUps(model, '/nowhere', executor, { timeoutMs: 1_000, sizesMsMax });
  return { executor, warmUp };
}

test('the first sample is run with every size of batch on each instance, and each sample as it stands', async () => {
  const { executor, warmUp } = setUp([sample], 2);
  expect(await warmUp()).toEqual({ warmedRows: [2, 8], coldRows: [] });
  expect(executor.runs.map(({ rows }) => rows)).toEqual([4, 4, 2, 2, 8, 8]);
  const [, , two] = executor.runs;
  const parts = two?.inputs[0]?.parts ?? [];
  expect(parts).toHaveLength(2);
  expect(parts[0]).toEqual(parts[1]);
});

test('what has no sample, or no time, is not run; a size that is refused is told', async () => {
  expect(await setUp([], 1).warmUp()).toEqual({ warmedRows: [], coldRows: [] });
  const hurried = setUp([sample], 1);
  expect(await hurried.warmUp(0)).toEqual({ warmedRows: [], coldRows: [2, 8] });
  expect(hurried.executor.runs).toHaveLength(1);
  const picky = setUp([sample], 1);
  picky.executor.answer = (run) => {
    if (run.rows === 8) run.fail(new ClusterError('MODEL_EXECUTION_FAILED', 'too many'));
    else run.succeed();
  };
  expect(await picky.warmUp()).toEqual({ warmedRows: [2], coldRows: [8] });
});
