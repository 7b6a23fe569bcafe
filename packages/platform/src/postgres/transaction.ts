import { ClusterError } from '@cluster-ai/core/errors.ts';
import { sql } from 'kysely';
import type { Kysely, Transaction } from 'kysely';
import { databaseRetryAfterSeconds, isDatabaseUnavailable, isRepeatable, mapDatabaseError } from './database-errors.ts';

/** How often a transaction is repeated that another one stood in the way of. */
const attemptsMax = 5;

export interface TransactionOptions {
  /** One statement, milliseconds. Set for the transaction alone: a pooled connection keeps no session state. */
  readonly statementTimeoutMs: number;
}

/** Reads one consistent state of the database. @throws ClusterError DATABASE_UNAVAILABLE. */
export async function readTransaction<Tables, T>(
  database: Kysely<Tables>,
  options: TransactionOptions,
  work: (transaction: Transaction<Tables>) => Promise<T>,
): Promise<T> {
  try {
    return await database
      .transaction()
      .setIsolationLevel('repeatable read')
      .setAccessMode('read only')
      .execute(async (transaction) => {
        await limitStatements(transaction, options);
        return await work(transaction);
      });
  } catch (error) {
    throw mapDatabaseError(error);
  }
}

/**
 * Runs `work` in one transaction and commits it; when `work` throws, nothing is written. Work that ran into a deadlock is
 * repeated, so it must have no effect outside the transaction.
 * @throws ClusterError DATABASE_UNAVAILABLE; its message says when it is not known whether the commit went through.
 */
export async function writeTransaction<Tables, T>(
  database: Kysely<Tables>,
  options: TransactionOptions,
  work: (transaction: Transaction<Tables>) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await writeOnce(database, options, work);
    } catch (error) {
      if (!isRepeatable(error) || attempt === attemptsMax) throw mapDatabaseError(error);
    }
  }
}

async function writeOnce<Tables, T>(
  database: Kysely<Tables>,
  options: TransactionOptions,
  work: (transaction: Transaction<Tables>) => Promise<T>,
): Promise<T> {
  const transaction = await database.startTransaction().setIsolationLevel('read committed').execute();
  let result: T;
  try {
    await limitStatements(transaction, options);
    result = await work(transaction);
  } catch (error) {
    // The server ends a transaction whose connection is gone; the first error is the one that tells what happened.
    await transaction
      .rollback()
      .execute()
      .catch(() => undefined);
    throw error;
  }
  try {
    await transaction.commit().execute();
  } catch (error) {
    // Kysely gives the connection back after a rollback, however that ends, and not after a commit that failed.
    await transaction
      .rollback()
      .execute()
      .catch(() => undefined);
    throw commitError(error);
  }
  return result;
}

/** What is to be told when a commit failed: whether it went through is not known when the database went away meanwhile. */
export function commitError(error: unknown): unknown {
  if (!isDatabaseUnavailable(error)) return error;
  return new ClusterError(
    'DATABASE_UNAVAILABLE',
    'the database went away during the commit: the change may or may not be kept; look before repeating it',
    { cause: error, retryAfterSeconds: databaseRetryAfterSeconds },
  );
}

async function limitStatements<Tables>(transaction: Transaction<Tables>, options: TransactionOptions): Promise<void> {
  await sql`select set_config('statement_timeout', ${String(options.statementTimeoutMs)}, true)`.execute(transaction);
}
