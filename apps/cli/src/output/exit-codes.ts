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
  /** Not signed in, or not allowed to do this. */
  notAllowed: 5,
} as const;

/** For the help and the reference. */
export const exitCodeMeanings: Readonly<Record<number, string>> = {
  [exitCodes.ok]: 'done',
  [exitCodes.failed]: 'failed',
  [exitCodes.usage]: 'wrong command line or setting',
  [exitCodes.alreadyRunning]: 'already running',
  [exitCodes.unreachable]: 'the server cannot be reached',
  [exitCodes.notAllowed]: 'not signed in, or not allowed',
};

const codes: Partial<Record<ErrorCode, number>> = {
  CONFIG_INVALID: exitCodes.usage,
  ALREADY_RUNNING: exitCodes.alreadyRunning,
  CONTROL_PLANE_UNAVAILABLE: exitCodes.unreachable,
  GATEWAY_UNAVAILABLE: exitCodes.unreachable,
  UNAUTHENTICATED: exitCodes.notAllowed,
  PERMISSION_DENIED: exitCodes.notAllowed,
  LOCKED_OUT: exitCodes.notAllowed,
};

export function exitCodeOf(code: ErrorCode): number {
  return codes[code] ?? exitCodes.failed;
}
