import type { ModelSettings } from '@cluster-ai/contract/manifest.ts';

/**
 * Rows of a merged batch at most; 0 for no merging. What an operator has set goes before the version's configuration:
 * with `max_batch_size` there, and without `dynamic_batching`, each request runs by itself, as with Triton.
 * @param rowsMaxDefault of versions that do not say.
 */
export function mergedRowsMax({ maxBatchSize, configuration }: ModelSettings, rowsMaxDefault: number): number {
  if (maxBatchSize !== undefined) return maxBatchSize;
  if (configuration === undefined || configuration.maxBatchSize === null) return rowsMaxDefault;
  const merges = configuration.dynamicBatching !== null || configuration.sequenceBatching !== null;
  return merges ? configuration.maxBatchSize : 0;
}

/** Sizes that batches of a version have rather than others. */
export function preferredRows({ configuration }: ModelSettings): readonly number[] {
  const { dynamicBatching, sequenceBatching } = configuration ?? {};
  return dynamicBatching?.preferredBatchSizes ?? sequenceBatching?.oldest?.preferredBatchSizes ?? [];
}

/** Copies of the session. */
export function instancesOf({ instances, configuration }: ModelSettings): number {
  return instances ?? configuration?.instanceCount ?? 1;
}
