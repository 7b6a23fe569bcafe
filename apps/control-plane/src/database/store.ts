import { ClusterError } from '@cluster-ai/core/errors.ts';
import { databaseRetryAfterSeconds } from '@cluster-ai/platform/postgres/database-errors.ts';
import type { Pool } from '@cluster-ai/platform/postgres/pool.ts';
import { readTransaction, writeTransaction } from '@cluster-ai/platform/postgres/transaction.ts';
import { sql } from 'kysely';
import type { Kysely } from 'kysely';
import { appendAuditEntries } from '../features/audit/index.ts';
import type { AuditHead, AuditRecord } from '../features/audit/index.ts';
import { writeSnapshot } from '../features/snapshots/index.ts';
import type { StoredSnapshot } from '../features/snapshots/index.ts';
import type { Caller, Change, Changed, Query, Store } from './change.ts';
import type { Tables } from './tables.ts';

export interface StoreOptions {
  readonly pool: Pool;
  /** Called after a commit that made a new snapshot. */
  readonly onSnapshot: (snapshot: StoredSnapshot) => void;
}

export function createStore(options: StoreOptions): Store {
  const database = options.pool.kysely<Tables>();
  const limits = { statementTimeoutMs: options.pool.statementTimeoutMs };
  let open = false;
  let reachable = false;

  /** Remembers how a call ended. */
  async function watched<T>(work: Promise<T>): Promise<T> {
    try {
      const value = await work;
      reachable = true;
      return value;
    } catch (error) {
      reachable = !(error instanceof ClusterError && error.code === 'DATABASE_UNAVAILABLE');
      throw error;
    }
  }

  function opened(): Kysely<Tables> {
    if (open) return database;
    throw new ClusterError('DATABASE_UNAVAILABLE', 'the database has not been reached since the start', {
      retryAfterSeconds: databaseRetryAfterSeconds,
    });
  }

  async function change<T>(by: Caller, work: (change: Change) => Promise<T>): Promise<Changed<T>> {
    const outcome = await writeTransaction(opened(), limits, async (query) => {
      const head = await lockInstallation(query);
      const records: AuditRecord[] = [];
      const record: Change['record'] = (action, target, detail = {}) => void records.push({ action, target, detail });
      await by.guard?.before(query);
      const value = await work({ query, by, at: head.at, record });
      if (records.length === 0) throw new NothingChanged(value, head.snapshotVersion);
      await appendAuditEntries(query, head, by, records);
      const snapshot = await writeSnapshot(query, head);
      await by.guard?.after(query, head.at);
      return { value, snapshot, snapshotVersion: snapshot?.version ?? head.snapshotVersion, changed: true };
    }).catch((error: unknown) => {
      // The value is the one that this very call's `work` returned.
      if (error instanceof NothingChanged) {
        return { value: error.value as T, snapshot: null, snapshotVersion: error.snapshotVersion, changed: false };
      }
      throw error;
    });
    if (outcome.changed) by.guard?.committed();
    if (outcome.snapshot !== null) options.onSnapshot(outcome.snapshot);
    return { value: outcome.value, snapshotVersion: outcome.snapshotVersion };
  }

  return {
    read: async (work) => watched(readTransaction(opened(), limits, work)),
    change: (by, work) => watched(change(by, work)),
    note: async (work) => watched(writeTransaction(opened(), limits, work)),
    open: () => {
      open = true;
    },
    get isOpen() {
      return open;
    },
    get isReachable() {
      return reachable;
    },
  };
}

/** Rolls a change back that turned out to be none. */
class NothingChanged extends Error {
  readonly value: unknown;
  readonly snapshotVersion: number;

  constructor(value: unknown, snapshotVersion: number) {
    super('nothing was recorded');
    this.value = value;
    this.snapshotVersion = snapshotVersion;
  }
}

interface Head {
  readonly epoch: string;
  readonly snapshotVersion: number;
  readonly audit: AuditHead;
  readonly at: Date;
}

async function lockInstallation(query: Query): Promise<Head> {
  const row = await query
    .selectFrom('installation')
    .select(['epoch', 'snapshot_version', 'audit_id', 'audit_hash', 'audit_count'])
    .select(sql<Date>`clock_timestamp()`.as('at'))
    .forUpdate()
    .executeTakeFirstOrThrow();
  return {
    epoch: row.epoch,
    snapshotVersion: Number(row.snapshot_version),
    audit: { id: Number(row.audit_id), hash: row.audit_hash, count: Number(row.audit_count) },
    at: row.at,
  };
}
