import type { DynamicBatching, QueuePolicy } from '../model-configuration/model-configuration.ts';
import { levelSetSize } from './level-set.ts';

/** Priority levels of one model at most: each has two queues, one for requests that are over their time. */
export const priorityLevelsMax = levelSetSize / 2 - 1;

/** How the requests of one model version become batches. */
export interface BatchRules {
  /** Rows of a batch at most; 0: each request runs alone. */
  readonly rowsMax: number;
  /** Rows at which a batch goes at once, ascending, none above `rowsMax`; the last of them is never passed without need. */
  readonly preferredRows: readonly number[];
  /** How long the oldest request of a batch may wait for others while a place is free, milliseconds. */
  readonly delayMs: number;
  /** Answers leave in the order in which the requests came. */
  readonly keepsOrder: boolean;
  /** Priority levels, of which 1 goes first; 0: there is no priority, and everything is of level 0. */
  readonly levels: number;
  readonly defaultLevel: number;
  /** Whether a configuration says how long and how many requests may wait; without one, a `timeout` is a deadline. */
  readonly judgesTimeouts: boolean;
  readonly policyOf: (level: number) => QueuePolicy;
}

const openPolicy: QueuePolicy = {
  timeoutAction: 'REJECT',
  defaultTimeoutMicroseconds: 0,
  allowTimeoutOverride: false,
  maxQueueSize: 0,
};

/**
 * @param batching what a configuration says; null where it says nothing, and batches are what waits when a place is free.
 * @param rowsMax rows that the model can take at once without another answer; 0 when its requests run alone.
 */
export function batchRules(batching: DynamicBatching | null, rowsMax: number): BatchRules {
  const levels = batching?.priorityLevels ?? 0;
  const defaultPolicy = batching?.defaultQueuePolicy ?? null;
  const policies = new Map((batching?.priorityQueuePolicies ?? []).map(({ level, policy }) => [level, policy]));
  const fitting = (batching?.preferredBatchSizes ?? []).filter((rows) => rows > 0 && rows <= rowsMax);
  const preferredRows = fitting.length === 0 && rowsMax > 0 ? [rowsMax] : fitting;
  return {
    rowsMax,
    preferredRows: [...new Set(preferredRows)].toSorted((left, right) => left - right),
    delayMs: rowsMax > 1 ? (batching?.maxQueueDelayMicroseconds ?? 0) / 1_000 : 0,
    keepsOrder: batching?.preserveOrdering ?? false,
    levels,
    defaultLevel: levels === 0 ? 0 : (batching?.defaultPriorityLevel ?? 1),
    judgesTimeouts: defaultPolicy !== null || policies.size > 0,
    policyOf: (level) => policies.get(level) ?? defaultPolicy ?? openPolicy,
  };
}

/**
 * The level of a request, as Triton has it: 0, none, and what is above the last level mean the default.
 * @param priority the request's parameter, checked to be a whole number.
 */
export function levelOf(rules: BatchRules, priority: unknown): number {
  const wanted = typeof priority === 'bigint' ? Number(priority) : priority;
  if (typeof wanted !== 'number' || wanted < 1 || wanted > rules.levels) return rules.defaultLevel;
  return wanted;
}

/**
 * How long a request may wait before its policy acts, milliseconds; Infinity when it may wait for ever. A request can
 * make the time shorter, where its policy allows that, and never longer; no time at all is the longest.
 * @param timeoutMicroseconds the request's own; 0 for none.
 */
export function queueTimeoutMs(policy: QueuePolicy, timeoutMicroseconds: number): number {
  const usual = policy.defaultTimeoutMicroseconds === 0 ? Infinity : policy.defaultTimeoutMicroseconds / 1_000;
  if (!policy.allowTimeoutOverride || timeoutMicroseconds === 0) return usual;
  return Math.min(usual, timeoutMicroseconds / 1_000);
}
