import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type pg from 'pg';
import { mapDatabaseError } from './database-errors.ts';

export interface Migration {
  readonly number: number;
  /** File name: `0001_registry.sql`. */
  readonly name: string;
  readonly text: string;
  readonly sha256: string;
}

/** The oldest major version whose SQL is used. */
const serverVersionMin = 150_000;

/** Any number will do, as long as every program of this product takes the same one. */
const lockKey = 7_043_951_266;

const fileName = /^(\d{4})_[a-z0-9_]+\.sql$/;

/** Reads the migrations of a folder, in order. @throws ClusterError CONFLICT for a name out of form and a gap in the numbers. */
export async function readMigrations(folder: string): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).toSorted();
  return Promise.all(
    names.map(async (name, index) => {
      const number = Number(fileName.exec(name)?.[1]);
      if (number !== index + 1) {
        throw new ClusterError(
          'CONFLICT',
          `migration ${name} should be called ${String(index + 1).padStart(4, '0')}_<name>.sql: numbers start at 0001 and have no gaps`,
        );
      }
      const text = await readFile(join(folder, name), 'utf8');
      return { number, name, text, sha256: createHash('sha256').update(text).digest('hex') };
    }),
  );
}

/**
 * Brings a database up to the newest migration. Each one runs in a transaction of its own, together with its record, under
 * a lock that ends with the transaction: several programs may start at once.
 * @returns the names that were applied now.
 * @throws ClusterError CONFLICT when a migration was changed after it was applied, or the database is newer than the
 * program; PREREQUISITE_MISSING when PostgreSQL is too old; DATABASE_UNAVAILABLE.
 */
export async function migrate(pool: pg.Pool, migrations: readonly Migration[]): Promise<string[]> {
  try {
    const applied: string[] = [];
    await inTransaction(pool, (client) => prepare(client, migrations));
    for (const migration of migrations) {
      if (await inTransaction(pool, (client) => applyOne(client, migration))) applied.push(migration.name);
    }
    return applied;
  } catch (error) {
    throw mapDatabaseError(error);
  }
}

/**
 * Runs migrations inside the transaction of the caller, so that all of it is done or none.
 * @returns the names that were applied now. @throws ClusterError CONFLICT as `migrate` does.
 */
export async function migrateInside(client: pg.ClientBase, migrations: readonly Migration[]): Promise<string[]> {
  await prepare(client, migrations);
  const applied: string[] = [];
  for (const migration of migrations) if (await applyOne(client, migration)) applied.push(migration.name);
  return applied;
}

/** @throws ClusterError PREREQUISITE_MISSING when PostgreSQL is too old. */
export async function assertServerVersion(client: pg.ClientBase): Promise<void> {
  const version = await client.query<{ server_version_num: string }>('show server_version_num');
  const number = Number(version.rows[0]?.server_version_num);
  if (number < serverVersionMin) {
    throw new ClusterError('PREREQUISITE_MISSING', `PostgreSQL ${Math.floor(number / 10_000)} is too old`, {
      fix: `use PostgreSQL ${serverVersionMin / 10_000} or newer`,
    });
  }
}

async function prepare(client: pg.ClientBase, migrations: readonly Migration[]): Promise<void> {
  await assertServerVersion(client);
  await client.query('select pg_advisory_xact_lock($1)', [lockKey]);
  await client.query(
    'create table if not exists schema_migrations (number integer primary key, name text not null, sha256 text not null, applied_at timestamptz not null default now())',
  );
  const known = new Set(migrations.map((migration) => migration.number));
  const recorded = await client.query<{ number: number; name: string }>(
    'select number, name from schema_migrations order by number',
  );
  const foreign = recorded.rows.find((row) => !known.has(row.number));
  if (foreign !== undefined) {
    throw new ClusterError(
      'CONFLICT',
      `the database has migration ${foreign.name}, which this program does not know: a newer program has used it`,
      {
        fix: 'start the newer program, or restore a backup from before the upgrade',
      },
    );
  }
}

/** @returns false when it was applied before. */
async function applyOne(client: pg.ClientBase, migration: Migration): Promise<boolean> {
  await client.query('select pg_advisory_xact_lock($1)', [lockKey]);
  const recorded = await client.query<{ name: string; sha256: string }>(
    'select name, sha256 from schema_migrations where number = $1',
    [migration.number],
  );
  const row = recorded.rows[0];
  if (row !== undefined) {
    if (row.sha256 === migration.sha256) return false;
    throw new ClusterError('CONFLICT', `migration ${row.name} was changed after it was applied to this database`, {
      fix: 'restore the file as it was, and put the change into a new migration',
    });
  }
  await client.query(migration.text);
  await client.query('insert into schema_migrations (number, name, sha256) values ($1, $2, $3)', [
    migration.number,
    migration.name,
    migration.sha256,
  ]);
  return true;
}

async function inTransaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let failure: Error | undefined;
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error));
    throw error;
  } finally {
    // After a failure the connection is closed, which also ends its transaction.
    client.release(failure);
  }
}
