import type { SnapshotModel } from '@cluster-ai/contract/snapshot.ts';
import type { ClassLabels } from '@cluster-ai/core/inference/classify.ts';
import { servedModel } from '@cluster-ai/core/model-configuration/served-model.ts';
import type { Batcher } from '../batching/batcher.ts';
import { TickBatcher, type TickBatcherOptions } from '../batching/tick-batcher.ts';
import type { ModelExecutor } from '../execution/executor.ts';
import { readFirstStates } from '../sequences/first-states.ts';
import { SequenceBatcher } from '../sequences/sequence-batcher.ts';
import { clientView, MappedExecutor } from './mapped-executor.ts';
import { readLabels } from './read-labels.ts';
import { runWarmUps } from './run-warm-ups.ts';

/** A loaded version as its configuration has it served. */
export interface ServedVersion {
  /** With the signature that clients see. */
  readonly executor: ModelExecutor;
  readonly batcher: Batcher;
  /** Rows of one request at most; 0 where nobody has said. */
  readonly rowsPerRequestMax: number;
  readonly labels: ClassLabels | undefined;
}

/** Each run of a warm-up at most, milliseconds. */
const warmUpTimeoutMs = 60_000;

/**
 * Puts what a version's configuration asks for around its loaded model, and runs its samples.
 * @param hosted the loaded model. @param folder holds the version's files.
 * @throws ClusterError MODEL_INVALID for files that are missing or wrong, and samples that the model refuses.
 */
export async function serveVersion(
  model: SnapshotModel,
  hosted: ModelExecutor,
  folder: string,
  batching: TickBatcherOptions,
): Promise<ServedVersion> {
  const { configuration } = model.settings;
  if (configuration === undefined) {
    const batcher = new TickBatcher(hosted, batching);
    return { executor: hosted, batcher, rowsPerRequestMax: 0, labels: undefined };
  }
  const served = servedModel(model.signature, configuration);
  const labels = await readLabels(model, folder);
  const whole = new MappedExecutor(hosted, served);
  const { sequenceBatching, dynamicBatching } = configuration;
  const states = await readFirstStates(model, folder);
  await runWarmUps(model, folder, whole, warmUpTimeoutMs);
  const runs = new TickBatcher(whole, { ...batching, dynamicBatching });
  const batcher =
    sequenceBatching === null
      ? runs
      : new SequenceBatcher(runs, { ...batching, sequences: sequenceBatching, states, signature: whole.signature });
  return {
    executor: clientView(whole, served.signature),
    batcher,
    rowsPerRequestMax: configuration.maxBatchSize ?? 0,
    labels,
  };
}
