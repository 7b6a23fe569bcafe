import type { DynamicBatching, SequenceBatching } from '../model-configuration/model-configuration.ts';
import { plainDynamicBatching } from './plain-dynamic-batching.ts';

/**
 * How many sequences may have requests with the model at once, as Triton counts them: `oldest` has so many candidates,
 * `direct` one for each row of a batch, both for each copy of the model. Without a strategy there is no limit.
 * @param maxBatchSize of the configuration; 0 without a batch dimension. @param instances copies of the model.
 */
export function sequencesAtOnce(sequences: SequenceBatching, maxBatchSize: number, instances: number): number {
  if (sequences.direct !== undefined) return Math.max(1, maxBatchSize) * instances;
  return sequences.maxCandidateSequences === null ? Infinity : sequences.maxCandidateSequences * instances;
}

/**
 * How requests of different sequences become batches: the first of each that waits, of `oldest` as with
 * `dynamic_batching`; of `direct`, as soon as so large a part of a batch is there, or the delay is over.
 * @param maxBatchSize as above. @param rowsMax rows that can be merged.
 * @returns null where batches are what waits when a place is free.
 */
export function sequenceBatches(
  { direct, oldest }: SequenceBatching,
  maxBatchSize: number,
  rowsMax: number,
): DynamicBatching | null {
  if (oldest !== undefined) return { ...plainDynamicBatching, ...oldest };
  if (direct === undefined) return null;
  const enough = Math.max(1, Math.ceil(direct.minimumSlotUtilization * maxBatchSize));
  const preferredBatchSizes = [];
  for (let rows = enough; rows <= rowsMax; rows += 1) preferredBatchSizes.push(rows);
  // Without a part that must be there, whatever is there goes.
  const delay = direct.minimumSlotUtilization === 0 ? 0 : direct.maxQueueDelayMicroseconds;
  return { ...plainDynamicBatching, preferredBatchSizes, maxQueueDelayMicroseconds: delay };
}
