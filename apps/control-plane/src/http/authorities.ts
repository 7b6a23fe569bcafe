import type { KeyScope } from '@cluster-ai/contract/api/keys.ts';
import type { Role } from '@cluster-ai/core/access/roles.ts';

/** An API key that holds at this moment. */
export interface KeyHolder {
  readonly id: string;
  /** The person who made it; null for one that a token has made. */
  readonly ownerId: string | null;
  readonly scope: KeyScope;
}

/** Knows API keys. */
export interface KeyAuthority {
  /** @returns null when this is no key, or one that was revoked or has expired. @throws ClusterError DATABASE_UNAVAILABLE. */
  find(token: string): Promise<KeyHolder | null>;
}

/** Is told of tokens that nobody has. */
export interface WrongTokens {
  /**
   * Counts one, by the address that sent it. Good tokens of the same address go on: many programs may share one, and a
   * token of 256 random bits is not found by trying.
   * @throws ClusterError LOCKED_OUT when there were too many before.
   */
  count(address: string): Promise<void>;
}

/** The person behind a session that holds at this moment. */
export interface SessionHolder {
  readonly userId: string;
  readonly email: string;
  readonly role: Role;
}

/** Knows the sessions of browsers. */
export interface SessionAuthority {
  /**
   * @param use whether this look keeps the session open for longer, as a request does. What a page asks on its own does not: a stream that
   * looks again, and the question who the caller is.
   * @returns null when there is no such session, it has ended, or its person may not sign in.
   * @throws ClusterError DATABASE_UNAVAILABLE, or REDIS_UNAVAILABLE when sessions are kept there.
   */
  find(token: string, use: boolean): Promise<SessionHolder | null>;
}
