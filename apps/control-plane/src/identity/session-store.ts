/** A session of a browser. Its token is known to the browser alone: stores are given its hash. */
export interface StoredSession {
  readonly userId: string;
  readonly createdAtMs: number;
  readonly lastUsedAtMs: number;
}

/** How long sessions live, as the settings are at this moment. */
export interface SessionLimits {
  /** Without a request, milliseconds. */
  readonly idleMs: number;
  /** However much it is used, milliseconds. */
  readonly lifetimeMs: number;
}

/**
 * Where sessions are kept, for every control plane of an installation. Every method throws ClusterError when the store is
 * away: DATABASE_UNAVAILABLE or REDIS_UNAVAILABLE.
 */
export interface SessionStore {
  create(sha256: string, userId: string, atMs: number): Promise<void>;
  /** The session, unless it has ended by `atMs`. */
  find(sha256: string, atMs: number): Promise<StoredSession | null>;
  /** Notes that it was used, so that its idle time begins anew. Does not bring back one that has ended. */
  touch(sha256: string, atMs: number): Promise<void>;
  /** @returns whether there was one. */
  end(sha256: string): Promise<boolean>;
  /** Ends every session of a person but one. @returns how many. */
  endAllOf(userId: string, except: string | null): Promise<number>;
  /** Sessions of each person that are open at `atMs`; people without one may be missing. */
  countOf(userIds: readonly string[], atMs: number): Promise<ReadonlyMap<string, number>>;
  /** Forgets those that have ended. @returns how many. */
  sweep(atMs: number): Promise<number>;
}
