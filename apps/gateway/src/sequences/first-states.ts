import type { SnapshotModel } from '@cluster-ai/contract/snapshot.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { SequenceState } from '@cluster-ai/core/model-configuration/model-configuration.ts';
import { elementBytes } from '@cluster-ai/core/tensors/datatype.ts';
import { assertTensorBytes, elementCount, type Tensor } from '@cluster-ai/core/tensors/tensor.ts';
import { readVersionFile, versionFileBytesMax } from '../configuration/version-file.ts';

/**
 * What each state of a version's sequences begins with: the content of its file, or zeros.
 * @throws ClusterError MODEL_INVALID for one that is too large, INVALID_ARGUMENT for a file that does not fit its shape.
 */
export async function readFirstStates(model: SnapshotModel, folder: string): Promise<Tensor[]> {
  const { configuration } = model.settings;
  const rows = (configuration?.maxBatchSize ?? 0) > 0 ? [1] : [];
  const states: Tensor[] = [];
  for (const state of configuration?.sequenceBatching?.states ?? []) {
    const shape = [...rows, ...firstDims(state)];
    // Empty texts are their lengths alone.
    const width = state.datatype === 'BYTES' ? 4 : elementBytes[state.datatype];
    const bytes = elementCount(shape, state.input) * width;
    // Each sequence that is open holds a state of its own: one of zeros must not be larger than a file may be.
    if (bytes > versionFileBytesMax) {
      const message = `the state '${state.input}' has ${bytes} bytes, more than the limit of ${versionFileBytesMax}`;
      throw new ClusterError('MODEL_INVALID', message);
    }
    const data =
      state.initialFile === null ? new Uint8Array(bytes) : await readVersionFile(model, folder, state.initialFile);
    const tensor = { name: state.input, datatype: state.datatype, shape, data };
    assertTensorBytes(tensor);
    states.push(tensor);
  }
  return states;
}

/** Open dimensions have the size of the first state; without one, 1. */
function firstDims({ dims, initialDims }: SequenceState): number[] {
  return dims.map((size, axis) => (size === -1 ? (initialDims[axis] ?? 1) : size));
}
