import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { ParameterValue } from '@cluster-ai/core/inference/request.ts';

/**
 * When nobody waits for the answer any more: the default, or earlier when the call has a deadline of its own, or
 * the request carries Triton's parameter `timeout` (microseconds; 0 means none).
 * @param callTimeoutMs what the protocol itself says; null when it says nothing.
 * @throws ClusterError INVALID_ARGUMENT for a timeout that is not a non-negative integer.
 */
export function deadlineOf(
  parameters: Readonly<Record<string, ParameterValue>>,
  startedAtMs: number,
  defaultTimeoutMs: number,
  callTimeoutMs: number | null = null,
): number {
  const longestMs = Math.min(defaultTimeoutMs, callTimeoutMs ?? defaultTimeoutMs);
  const given = parameters['timeout'];
  // Beyond 2^53 it is exact, and longer than anybody waits.
  const timeout = typeof given === 'bigint' ? Number(given) : given;
  if (timeout === undefined || timeout === 0) return startedAtMs + longestMs;
  if (typeof timeout !== 'number' || !Number.isInteger(timeout) || timeout < 0) {
    throw new ClusterError('INVALID_ARGUMENT', "parameter 'timeout' must be a non-negative integer of microseconds");
  }
  return startedAtMs + Math.min(timeout / 1_000, longestMs);
}
