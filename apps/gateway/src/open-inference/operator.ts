import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { CallHead } from '@cluster-ai/platform/edge/edge.ts';
import { assertMay, type Caller } from '../auth/caller.ts';

/** The key that a call carries; null for none. The form was judged when the caller was found. */
export function keyOf(call: CallHead): string | null {
  return call.header('authorization')?.replace(/^Bearer /i, '') ?? null;
}

/**
 * Changes are never for a call without a key: the exemption of this machine is for predicting and reading.
 * @throws ClusterError PERMISSION_DENIED.
 */
export function assertOperates(call: CallHead, caller: Caller): void {
  if (keyOf(call) === null) {
    throw new ClusterError(
      'PERMISSION_DENIED',
      'this call needs a key with the action operate, also from this machine: send it as "Authorization: Bearer <key>"',
    );
  }
  assertMay(caller, 'operate');
}

/** What is the gateway's own, and not of some models. @throws ClusterError PERMISSION_DENIED. */
export function assertEveryModel({ models }: Caller): void {
  if (models !== null) throw new ClusterError('PERMISSION_DENIED', 'the key is not for every model');
}
