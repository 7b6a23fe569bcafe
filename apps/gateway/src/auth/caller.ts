import { actionsInclude, modelsCover, type KeyAction } from '@cluster-ai/core/access/roles.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { KeyUse } from '../limits/key-use.ts';

/** Who a call comes from, and what they may. */
export interface Caller {
  /** Id of the key, name of the person, or `local` for the loopback exemption. */
  readonly id: string;
  readonly actions: readonly KeyAction[];
  /** Names and prefixes; null is every one. */
  readonly models: readonly string[] | null;
  /** Counters of a key; null for everybody else. */
  readonly use: KeyUse | null;
}

/** A process on this machine: it may predict and read. */
export const local: Caller = { id: 'local', actions: ['infer', 'read'], models: null, use: null };

/** @throws ClusterError PERMISSION_DENIED. */
export function assertMay(caller: Caller, action: KeyAction): void {
  if (actionsInclude(caller.actions, action)) return;
  throw new ClusterError('PERMISSION_DENIED', `the key does not have the action ${action}`);
}

/** Before anybody looks whether the name exists: that, too, is told only to those who may use it. @throws ClusterError PERMISSION_DENIED. */
export function assertCovers({ models }: Caller, name: string): void {
  if (models === null || modelsCover(models, name)) return;
  throw new ClusterError(
    'PERMISSION_DENIED',
    `the key is for ${models.join(', ')} alone, and this call names '${name.slice(0, 200)}'`,
  );
}
