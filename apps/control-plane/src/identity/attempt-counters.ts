/** Failed attempts of one kind by one account or address, and how long they count. */
export interface Attempts {
  readonly count: number;
  /** They are forgotten then. */
  readonly endsAtMs: number;
}

/** How failures of one kind are counted. */
export interface AttemptRule {
  /** As many failures lock: what is counted is not tried until the lock ends. */
  readonly countMax: number;
  /** From the first failure on, milliseconds. */
  readonly windowMs: number;
  /** From the failure that locks on, milliseconds. */
  readonly lockMs: number;
}

/**
 * Counts failures for all control planes of an installation together. Every method throws ClusterError when the store is
 * away: DATABASE_UNAVAILABLE or REDIS_UNAVAILABLE.
 */
export interface AttemptCounters {
  /** Counts one more. The first begins the window, the last one the lock. */
  add(name: string, rule: AttemptRule, atMs: number): Promise<Attempts>;
  /** What is counted at `atMs`, for each name that has failures. */
  read(names: readonly string[], atMs: number): Promise<ReadonlyMap<string, Attempts>>;
  clear(name: string): Promise<void>;
  /** Forgets windows and locks that have ended. */
  sweep(atMs: number): Promise<void>;
}
