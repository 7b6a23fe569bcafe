import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { ParameterValue } from '@cluster-ai/core/inference/request.ts';

/**
 * When nobody waits for the answer any more: the default, or earlier when the call has a deadline of its own, or
 * the request carries Triton's parameter `timeout` (microseconds; 0 means none).
 * @param callTimeoutMs what the protocol itself says; null when it says nothing.
 * @param isJudgedByModel the model's configuration says what becomes of a `timeout`: it is no deadline then.
 * @throws ClusterError INVALID_ARGUMENT for a timeout that is not a non-negative integer.
 */
export function deadlineOf(
  parameters: Readonly<Record<string, ParameterValue>>,
  startedAtMs: number,
  defaultTimeoutMs: number,
  callTimeoutMs: number | null = null,
  isJudgedByModel = false,
): number {
  const longestMs = Math.min(defaultTimeoutMs, callTimeoutMs ?? defaultTimeoutMs);
  const timeout = timeoutOf(parameters);
  if (timeout === 0 || isJudgedByModel) return startedAtMs + longestMs;
  return startedAtMs + Math.min(timeout / 1_000, longestMs);
}

/**
 * Triton's parameter `timeout`, microseconds; 0 for none.
 * @throws ClusterError INVALID_ARGUMENT for one that is not a non-negative integer.
 */
export function timeoutOf(parameters: Readonly<Record<string, ParameterValue>>): number {
  const given = parameters['timeout'];
  // Beyond 2^53 it is inexact, and longer than anybody waits.
  const timeout = typeof given === 'bigint' ? Number(given) : (given ?? 0);
  if (typeof timeout !== 'number' || !Number.isInteger(timeout) || timeout < 0) {
    throw new ClusterError('INVALID_ARGUMENT', "parameter 'timeout' must be a non-negative integer of microseconds");
  }
  return timeout;
}
