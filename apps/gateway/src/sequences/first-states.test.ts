import { emptyConfiguration } from '@cluster-ai/testkit/empty-configuration.ts';
import { snapshotModel } from '@cluster-ai/testkit/snapshot-models.ts';
import { expect, test } from 'vitest';
import { readFirstStates } from './first-states.ts';

function modelWithState(dims: readonly number[]) {
  const model = snapshotModel('counter', 1);
  const state = { input: 'in', output: 'out', datatype: 'FP64' as const, dims: [...dims], initialFile: null };
  const configuration = {
    ...emptyConfiguration,
    maxBatchSize: 8,
    sequenceBatching: {
      maxIdleMicroseconds: 1,
      controls: [],
      states: [{ ...state, initialDims: [] }],
      maxCandidateSequences: null,
    },
  };
  return { ...model, settings: { ...model.settings, configuration } };
}

test('a state without a file begins with zeros, one row of it, open dimensions with one', async () => {
  const [state] = await readFirstStates(modelWithState([-1, 3]), '/nowhere');
  expect(state).toEqual({ name: 'in', datatype: 'FP64', shape: [1, 1, 3], data: new Uint8Array(24) });
});

test('a state that is larger than a file may be is refused before its memory is taken', async () => {
  await expect(readFirstStates(modelWithState([2 ** 30]), '/nowhere')).rejects.toMatchObject({
    code: 'MODEL_INVALID',
    message: "the state 'in' has 8589934592 bytes, more than the limit of 67108864",
  });
});
