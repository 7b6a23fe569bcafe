import type { Transaction } from 'kysely';
import type { Tables } from './tables.ts';

export type Query = Transaction<Tables>;

/** On whose behalf something is done. */
export interface Caller {
  readonly actor: string;
  /** Of the HTTP request, or of the run of a job. */
  readonly requestId: string;
  /** What must hold for whatever is changed on this behalf, and what is kept of it. */
  readonly guard?: ChangeGuard | undefined;
}

/** Takes part in each change of its caller. Its first two steps are repeated with the change when that is repeated. */
export interface ChangeGuard {
  /** In the transaction, before the work; what it throws ends the change. */
  before(query: Query): Promise<void>;
  /** In the transaction, after the work. */
  after(query: Query, at: Date): Promise<void>;
  /** The transaction has been committed; not called when nothing was changed. */
  committed(): void;
}

/** The inside of one change. */
export interface Change {
  readonly query: Query;
  readonly by: Caller;
  /** The time of the whole change, by the database's clock. */
  readonly at: Date;
  /** Adds an audit entry. A change that records nothing is rolled back. */
  record(action: string, target: string, detail?: Record<string, unknown>): void;
}

export interface Changed<T> {
  readonly value: T;
  /** The present snapshot after the change; a new one if the change affected routing. */
  readonly snapshotVersion: number;
}

export interface Store {
  /** Reads one consistent state. @throws ClusterError DATABASE_UNAVAILABLE. */
  read<T>(work: (query: Query) => Promise<T>): Promise<T>;
  /**
   * Does `work`, its audit entries and, when what gateways need is different afterwards, a new snapshot, in one transaction.
   * Changes follow one another: each waits for the one before. `work` may be repeated, so it has no effect elsewhere.
   * @throws ClusterError DATABASE_UNAVAILABLE, and whatever `work` throws; nothing is written then.
   */
  change<T>(by: Caller, work: (change: Change) => Promise<T>): Promise<Changed<T>>;
  /** Writes what is no decision of anybody and so needs no audit entry: reports, leases, the removal of what expired. */
  note<T>(work: (query: Query) => Promise<T>): Promise<T>;
  /** From now on the tables exist; before, every call answers DATABASE_UNAVAILABLE. */
  open(): void;
  readonly isOpen: boolean;
  /** Whether the last call reached the database. */
  readonly isReachable: boolean;
}
