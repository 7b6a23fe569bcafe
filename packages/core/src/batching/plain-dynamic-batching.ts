import type { DynamicBatching } from '../model-configuration/model-configuration.ts';

/** An empty `dynamic_batching`: requests are merged as they come, without preference, delay, levels or policy. */
export const plainDynamicBatching: DynamicBatching = {
  preferredBatchSizes: [],
  maxQueueDelayMicroseconds: 0,
  preserveOrdering: false,
  priorityLevels: 0,
  defaultPriorityLevel: 0,
  defaultQueuePolicy: null,
  priorityQueuePolicies: [],
};
