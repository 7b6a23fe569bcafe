import type { ErrorCode } from '@cluster-ai/core/errors.ts';

/** What the command's exit status says. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  /** The command line or a setting is wrong; nothing was done. */
  usage: 2,
  alreadyRunning: 3,
  /** The control plane or the gateway does not answer. */
  unreachable: 4,
} as const;

export function exitCodeOf(code: ErrorCode): number {
  if (code === 'CONFIG_INVALID') return exitCodes.usage;
  if (code === 'ALREADY_RUNNING') return exitCodes.alreadyRunning;
  return code === 'CONTROL_PLANE_UNAVAILABLE' || code === 'GATEWAY_UNAVAILABLE'
    ? exitCodes.unreachable
    : exitCodes.failed;
}
