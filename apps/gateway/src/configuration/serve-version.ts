import type { SnapshotModel } from '@cluster-ai/contract/snapshot.ts';
import type { ClassLabels } from '@cluster-ai/core/inference/classify.ts';
import type { WarmUpReport } from '@cluster-ai/core/batching/warm-up-sizes.ts';
import { sequenceBatches, sequencesAtOnce } from '@cluster-ai/core/batching/sequence-rules.ts';
import { servedModel } from '@cluster-ai/core/model-configuration/served-model.ts';
import type { Batcher } from '../batching/batcher.ts';
import { TickBatcher, type TickBatcherOptions } from '../batching/tick-batcher.ts';
import type { ModelExecutor } from '../execution/executor.ts';
import { readFirstStates } from '../sequences/first-states.ts';
import { SequenceBatcher } from '../sequences/sequence-batcher.ts';
import { clientView, MappedExecutor, withRowsMax } from './mapped-executor.ts';
import { readLabels } from './read-labels.ts';
import { instancesOf, mergedRowsMax } from './run-settings.ts';
import { runWarmUps } from './run-warm-ups.ts';
import { tryPadding, type PaddingVerdict } from './try-padding.ts';
import { tryRagged, type RaggedVerdict } from './try-ragged.ts';

/** A loaded version as its configuration has it served. */
export interface ServedVersion {
  /** With the signature that clients see. */
  readonly executor: ModelExecutor;
  readonly batcher: Batcher;
  /** Rows of one request at most; 0 where nobody has said. */
  readonly rowsPerRequestMax: number;
  readonly labels: ClassLabels | undefined;
  /** Sizes of batches that were run with the configuration's own sample; absent where there is none. */
  readonly warmUp?: WarmUpReport;
  /** What was found of merging requests of different lengths; absent for a version that does not want it. */
  readonly raggedVerdict?: RaggedVerdict;
  /** What was found of padding requests; absent for a version that does not want it. */
  readonly paddingVerdict?: PaddingVerdict;
}

export interface ServeOptions extends TickBatcherOptions {
  /** What running a sample with each size of batch may take, milliseconds. */
  readonly warmUpMsMax?: number;
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
  batching: ServeOptions,
): Promise<ServedVersion> {
  const { configuration } = model.settings;
  if (configuration === undefined) {
    const batcher = new TickBatcher(hosted, batching);
    return { executor: hosted, batcher, rowsPerRequestMax: 0, labels: undefined };
  }
  const served = servedModel(model.signature, configuration);
  const labels = await readLabels(model, folder);
  const whole = new MappedExecutor(hosted, served);
  const { sequenceBatching, dynamicBatching, ragged, padding } = configuration;
  const states = await readFirstStates(model, folder);
  const warmUp = await runWarmUps(model, folder, whole, {
    timeoutMs: warmUpTimeoutMs,
    sizesMsMax: batching.warmUpMsMax ?? 0,
  });
  const raggedVerdict =
    ragged === undefined
      ? null
      : await tryRagged(whole, served.signature, ragged, mergedRowsMax(model.settings, 0), batching);
  const merged = raggedVerdict === null ? whole : withRowsMax(whole, raggedVerdict.rowsMax, raggedVerdict.reason);
  const maxBatchSize = configuration.maxBatchSize ?? 0;
  const paddingVerdict = padding === undefined ? null : await tryPadding(merged, served.signature, padding, batching);
  const runs = new TickBatcher(merged, {
    ...batching,
    dynamicBatching:
      sequenceBatching === null ? dynamicBatching : sequenceBatches(sequenceBatching, maxBatchSize, merged.rowsMax),
    ragged,
    padding: paddingVerdict?.padding ?? undefined,
  });
  const batcher =
    sequenceBatching === null
      ? runs
      : new SequenceBatcher(runs, {
          ...batching,
          sequences: sequenceBatching,
          atOnceMax: sequencesAtOnce(sequenceBatching, maxBatchSize, instancesOf(model.settings)),
          states,
          signature: whole.signature,
        });
  return {
    executor: clientView(merged, served.signature),
    batcher,
    rowsPerRequestMax: maxBatchSize,
    labels,
    warmUp,
    ...(raggedVerdict === null ? {} : { raggedVerdict }),
    ...(paddingVerdict === null ? {} : { paddingVerdict }),
  };
}
