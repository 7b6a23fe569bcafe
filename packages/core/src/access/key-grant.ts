import { actionsInclude, type KeyAction } from './roles.ts';

/** What a key may do and for how long, as far as it can be handed on. */
export interface Grant {
  readonly actions: readonly KeyAction[];
  /** Null is every model and route. */
  readonly models: readonly string[] | null;
  /** Milliseconds since 1970; null never ends. */
  readonly expiresAtMs: number | null;
}

/**
 * Nobody hands on more than they have.
 * @returns what of `wanted` goes beyond `own`, in words; null when nothing does.
 */
export function excessOf(own: Grant, wanted: Grant): string | null {
  const action = wanted.actions.find((candidate) => !actionsInclude(own.actions, candidate));
  if (action !== undefined) return `the action ${action}`;
  const { models } = own;
  if (models !== null) {
    if (wanted.models === null) return `every model: its own are ${models.join(', ')}`;
    const entry = wanted.models.find((candidate) => !models.some((mine) => entryIncludes(mine, candidate)));
    if (entry !== undefined) return `the model ${entry}: its own are ${models.join(', ')}`;
  }
  if (own.expiresAtMs !== null && (wanted.expiresAtMs === null || wanted.expiresAtMs > own.expiresAtMs)) {
    return `a longer life: its own ends at ${new Date(own.expiresAtMs).toISOString()}`;
  }
  return null;
}

/** Whether every name that `inner` covers is covered by `outer`. */
function entryIncludes(outer: string, inner: string): boolean {
  return outer.endsWith('*') ? inner.startsWith(outer.slice(0, -1)) : outer === inner;
}
