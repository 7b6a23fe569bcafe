/** What a person or a key may do, from least to most: each role includes the ones before it. */
export const roles = ['viewer', 'operator', 'admin'] as const;

export type Role = (typeof roles)[number];

/** True when `role` includes `needed`. */
export function roleIncludes(role: Role, needed: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(needed);
}

/**
 * What an API key may be used for. `infer`: predictions. `read`: metadata on gateways, and what a viewer sees in the
 * control API. `operate` and `admin`: what an operator and an administrator may do in the control API.
 */
export const keyActions = ['infer', 'read', 'operate', 'admin'] as const;

export type KeyAction = (typeof keyActions)[number];

const actionRoles: Readonly<Record<KeyAction, Role | null>> = {
  infer: null,
  read: 'viewer',
  operate: 'operator',
  admin: 'admin',
};

/** The role that a key has in the control API; null for a key that has no business there. */
export function roleOfActions(actions: readonly KeyAction[]): Role | null {
  const granted = new Set(actions.map((action) => actionRoles[action]));
  return roles.findLast((role) => granted.has(role)) ?? null;
}

/**
 * Whether actions include the needed one. `operate` includes `read`, and `admin` both; predicting is apart: only `infer`
 * is for that.
 */
export function actionsInclude(actions: readonly KeyAction[], needed: KeyAction): boolean {
  const role = actionRoles[needed];
  if (role === null) return actions.includes(needed);
  const own = roleOfActions(actions);
  return own !== null && roleIncludes(own, role);
}

/** The actions that a person of this role may give to a key: nobody gives away more than they have. */
export function actionsGrantableBy(role: Role): readonly KeyAction[] {
  return keyActions.filter((action) => {
    const needed = actionRoles[action];
    return needed === null || roleIncludes(role, needed);
  });
}

/**
 * Whether a list of models covers a name. Null covers every name; an entry that ends in `*` covers every name that begins
 * with what stands before it; any other entry covers itself alone.
 */
export function modelsCover(models: readonly string[] | null, name: string): boolean {
  if (models === null) return true;
  return models.some((entry) => (entry.endsWith('*') ? name.startsWith(entry.slice(0, -1)) : entry === name));
}
