import { priorityLevelsMax } from '@cluster-ai/core/batching/batch-rules.ts';
import type { DynamicBatching, QueuePolicy } from '@cluster-ai/core/model-configuration/model-configuration.ts';
import type { ConfigMessage } from './config-message.ts';
import type { Findings } from './findings.ts';

/** Reads `dynamic_batching`, and refuses what Triton refuses. */
export function readDynamicBatching(config: ConfigMessage, findings: Findings): DynamicBatching | null {
  const message = config.message('dynamic_batching');
  if (message === null) return null;
  const defaultPolicy = message.message('default_queue_policy');
  const batching: DynamicBatching = {
    preferredBatchSizes: readPreferred(message, config.number('max_batch_size'), findings),
    maxQueueDelayMicroseconds: microseconds(message, 'max_queue_delay_microseconds'),
    preserveOrdering: message.flag('preserve_ordering'),
    ...readLevels(message, findings),
    defaultQueuePolicy: defaultPolicy === null ? null : readPolicy(defaultPolicy),
    priorityQueuePolicies: [...message.messageMap('priority_queue_policy')].map(([level, policy]) => ({
      level: Number(level),
      policy: readPolicy(policy),
    })),
  };
  for (const { level } of batching.priorityQueuePolicies) {
    if (Number.isInteger(level) && level >= 1 && level <= batching.priorityLevels) continue;
    const range = batching.priorityLevels === 0 ? 'priority_levels is not given' : `1 to ${batching.priorityLevels}`;
    findings.refuse(
      message.placeOf('priority_queue_policy'),
      `priority_queue_policy is given for level ${level} (${range})`,
      'give policies to levels from 1 to priority_levels',
    );
  }
  if (batching.preserveOrdering) refuseDisorder(message, batching, findings);
  return batching;
}

/** Reads `preferred_batch_size`, which no batch may be too small for. @param limit `max_batch_size`. */
export function readPreferred(message: ConfigMessage, limit: number, findings: Findings): number[] {
  const sizes = message.numbers('preferred_batch_size');
  const wrong = sizes.find((size) => size < 1 || (limit > 0 && size > limit));
  if (wrong !== undefined) {
    const text = `preferred_batch_size is ${wrong}`;
    findings.refuse(message.place, text, `write sizes from 1 to max_batch_size (${limit})`);
  }
  return sizes.map((size) => Math.max(0, size));
}

function readLevels(
  message: ConfigMessage,
  findings: Findings,
): Pick<DynamicBatching, 'priorityLevels' | 'defaultPriorityLevel'> {
  const priorityLevels = message.number('priority_levels');
  const defaultPriorityLevel = message.number('default_priority_level');
  if (priorityLevels > priorityLevelsMax) {
    findings.refuse(
      message.placeOf('priority_levels'),
      `priority_levels is ${priorityLevels}`,
      `a model has ${priorityLevelsMax} levels at most`,
    );
    return { priorityLevels: 0, defaultPriorityLevel: 0 };
  }
  if (priorityLevels > 0 && (defaultPriorityLevel < 1 || defaultPriorityLevel > priorityLevels)) {
    findings.refuse(
      message.placeOf('default_priority_level'),
      `default_priority_level is ${defaultPriorityLevel}, of ${priorityLevels} priority_levels`,
      `write default_priority_level: 1 to ${priorityLevels}`,
    );
  }
  // Without levels, Triton does not look at it either.
  return {
    priorityLevels,
    defaultPriorityLevel: priorityLevels === 0 ? 0 : Math.min(defaultPriorityLevel, priorityLevels),
  };
}

function readPolicy(message: ConfigMessage): QueuePolicy {
  return {
    timeoutAction: message.text('timeout_action') === 'DELAY' ? 'DELAY' : 'REJECT',
    defaultTimeoutMicroseconds: microseconds(message, 'default_timeout_microseconds'),
    allowTimeoutOverride: message.flag('allow_timeout_override'),
    maxQueueSize: message.number('max_queue_size'),
  };
}

/** Who must be answered in the order of arrival cannot be overtaken, nor wait behind those who came later. */
function refuseDisorder(message: ConfigMessage, batching: DynamicBatching, findings: Findings): void {
  const place = message.placeOf('preserve_ordering');
  if (batching.priorityLevels > 1) {
    findings.refuse(
      place,
      `preserve_ordering is given beside ${batching.priorityLevels} priority_levels`,
      'keep one of them',
    );
  }
  const policies = [batching.defaultQueuePolicy, ...batching.priorityQueuePolicies.map(({ policy }) => policy)];
  const isDelay = (policy: QueuePolicy | null): boolean =>
    policy !== null && policy.timeoutAction === 'DELAY' && hasTimeout(policy);
  if (!policies.some(isDelay)) return;
  findings.refuse(
    place,
    'preserve_ordering is given beside timeout_action: DELAY',
    'keep one of them, or write timeout_action: REJECT',
  );
}

function hasTimeout({ defaultTimeoutMicroseconds, allowTimeoutOverride }: QueuePolicy): boolean {
  return defaultTimeoutMicroseconds > 0 || allowTimeoutOverride;
}

/** A time that JavaScript can count with. */
export function microseconds(message: ConfigMessage, field: string): number {
  return Math.min(message.number(field), Number.MAX_SAFE_INTEGER);
}
