import pg from 'pg';
import { mapDatabaseError } from '../postgres/database-errors.ts';

const connectTimeoutMs = 10_000;

/** One connection, for as long as a backup or a restore takes. @throws ClusterError DATABASE_UNAVAILABLE. */
export async function openSession(url: string, applicationName: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    application_name: applicationName,
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
  });
  // Whatever is being asked fails with it, too.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return client;
  } catch (error) {
    throw mapDatabaseError(error);
  }
}

/** Which database an address names, for people: without user and password. */
export function databaseLabel(url: string): string {
  const { host, port, database } = new pg.Client({ connectionString: url });
  return `${host}:${port}/${database ?? ''}`;
}

/**
 * Makes values read and written in one form, and takes away limits that are for short work; for the present transaction
 * alone, so a pooler may stand in between.
 */
export async function prepareTransaction(client: pg.ClientBase): Promise<void> {
  const settings: Record<string, string> = {
    client_encoding: 'UTF8',
    DateStyle: 'ISO, YMD',
    IntervalStyle: 'postgres',
    TimeZone: 'UTC',
    bytea_output: 'hex',
    extra_float_digits: '1',
    search_path: 'public',
    statement_timeout: '0',
    idle_in_transaction_session_timeout: '0',
    lock_timeout: '15000',
    synchronize_seqscans: 'off',
  };
  for (const [name, value] of Object.entries(settings)) {
    await client.query('select set_config($1, $2, true)', [name, value]);
  }
  // Version 17 brought it.
  await client.query(
    "select set_config('transaction_timeout', '0', true) where current_setting('transaction_timeout', true) is not null",
  );
}

export async function serverVersion(client: pg.ClientBase): Promise<string> {
  const found = await client.query<{ server_version: string }>('show server_version');
  return found.rows[0]?.server_version ?? 'unknown';
}
