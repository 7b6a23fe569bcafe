import { actionsGrantableBy, type KeyAction, type Role } from '@cluster-ai/core/access/roles.ts';

/** What decides over a key besides its own row. */
export interface KeyOwnership {
  readonly actions: readonly KeyAction[];
  readonly owner_id: string | null;
  /** Of the owner at this moment; null when there is no such person any more. */
  readonly owner_role: Role | null;
  readonly owner_disabled: boolean | null;
}

/**
 * The actions that a key has at this moment: its own, as far as its owner may still give them away. A key never outgrows
 * the person behind it, and ends with them.
 */
export function effectiveActions(key: KeyOwnership): KeyAction[] {
  if (key.owner_id === null) return [...key.actions];
  if (key.owner_role === null || key.owner_disabled !== false) return [];
  const grantable = actionsGrantableBy(key.owner_role);
  return key.actions.filter((action) => grantable.includes(action));
}
