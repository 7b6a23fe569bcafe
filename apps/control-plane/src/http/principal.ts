import type { KeyScope } from '@cluster-ai/contract/api/keys.ts';
import type { Role } from '@cluster-ai/core/access/roles.ts';

export type PrincipalKind = 'session' | 'key' | 'admin-token' | 'gateway' | 'loopback' | 'anonymous';

/** Who calls, as the access rule has found out. */
export interface Principal {
  /** Name in the audit log: an e-mail address, `key:<id>`, `admin-token`, `gateway`, `local` or `anonymous`. */
  readonly actor: string;
  readonly kind: PrincipalKind;
  /** What the caller may do; null for the loopback exemption, gateways, keys that only predict, and nobody. */
  readonly role: Role | null;
  /** The person: of a session, and the owner of a key. */
  readonly userId: string | null;
  /** Of a key; null for everybody else. */
  readonly keyId: string | null;
  readonly keyScope: KeyScope | null;
}

const nobody = { role: null, userId: null, keyId: null, keyScope: null } as const;

export const anonymous: Principal = { ...nobody, actor: 'anonymous', kind: 'anonymous' };

/** A program on this machine, which may read without a credential. */
export const local: Principal = { ...nobody, actor: 'local', kind: 'loopback' };

export const gateway: Principal = { ...nobody, actor: 'gateway', kind: 'gateway' };

export const adminToken: Principal = { ...nobody, actor: 'admin-token', kind: 'admin-token', role: 'admin' };
