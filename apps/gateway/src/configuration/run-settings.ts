import { availableParallelism } from 'node:os';
import type { GatewayConfig } from '@cluster-ai/contract/config/gateway.ts';
import type { ModelSettings } from '@cluster-ai/contract/manifest.ts';
import { readObjective } from '@cluster-ai/core/batching/latency-objective.ts';
import type { BatchRules } from '@cluster-ai/core/batching/batch-rules.ts';
import type { ChoiceLimits } from '@cluster-ai/core/batching/choose-batch-rules.ts';

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

/** Whether somebody has said how many rows the batches of this version may have. */
export function rowsAreAsked(settings: ModelSettings): boolean {
  const { maxBatchSize, configuration } = settings;
  return maxBatchSize !== undefined || (configuration !== undefined && configuration.maxBatchSize !== null);
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

type AutomaticDefaults = Pick<GatewayConfig['batching'], 'latencyObjectiveMs' | 'instancesMax'>;

/**
 * What 99 of 100 requests to a version shall keep, milliseconds; null for no objective, and no automatic mode. An
 * operator's word goes before that of the version's configuration, and both before the gateway's; 0 means none.
 */
export function objectiveOf(settings: ModelSettings, defaults: AutomaticDefaults): number | null {
  const { latencyObjectiveMs, configuration } = settings;
  const own = latencyObjectiveMs ?? readObjective(configuration?.parameters ?? {}) ?? null;
  const objectiveMs = own ?? defaults.latencyObjectiveMs;
  return objectiveMs > 0 ? objectiveMs : null;
}

/** Instances that a version may have at most: those that somebody has fixed, or as many as an objective may take. */
export function instancesMaxOf(settings: ModelSettings, defaults: AutomaticDefaults): number {
  if (isFixed(settings) || objectiveOf(settings, defaults) === null) return instancesOf(settings);
  return Math.max(1, defaults.instancesMax ?? availableParallelism());
}

/** @param rules those of the version without an objective. @param isInline it runs inside the gateway, once. */
export function choiceLimitsOf(
  settings: ModelSettings,
  defaults: AutomaticDefaults,
  { rules, isInline }: { readonly rules: BatchRules; readonly isInline: boolean },
): ChoiceLimits | null {
  const objectiveMs = objectiveOf(settings, defaults);
  if (objectiveMs === null) return null;
  const { rowsMax, delayMs } = rules;
  const instances = isInline ? 1 : instancesOf(settings);
  const instancesMax = isInline ? 1 : instancesMaxOf(settings, defaults);
  return {
    objectiveMs,
    given: { rowsMax, delayMs, instances },
    fixed: {
      rows: rowsMax < 2 || preferredRows(settings).length > 0,
      delay: rowsMax < 2 || delayMs > 0,
      instances: instancesMax <= instances,
    },
    instancesMax,
  };
}

function isFixed({ instances, configuration }: ModelSettings): boolean {
  return instances !== undefined || (configuration?.instanceCount ?? null) !== null;
}
