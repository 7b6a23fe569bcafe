import { Kysely, PostgresDialect } from 'kysely';
import type { PostgresPool, PostgresPoolClient } from 'kysely';
import pg from 'pg';
import { isDatabaseUnavailable } from './database-errors.ts';
import { createStallWatch } from './stall-watch.ts';
import type { StallWatch } from './stall-watch.ts';

export interface PoolOptions {
  /** `postgres://user:password@host:port/database`, or `postgresql:///database?host=/folder/of/the/socket&user=…`. */
  readonly url: string;
  readonly connectionsMax: number;
  /** Wait for a connection, new or free, milliseconds. */
  readonly connectTimeoutMs: number;
  /** One statement, milliseconds; the server ends it, and soon after the client stops waiting. */
  readonly statementTimeoutMs: number;
  readonly applicationName: string;
  /** A connection that nobody used has ended: the server restarted, or the network did. */
  readonly onIdleError: (error: Error) => void;
}

export interface Pool {
  readonly pg: pg.Pool;
  readonly statementTimeoutMs: number;
  /** Typed queries over the same connections. */
  kysely<Tables>(): Kysely<Tables>;
  /** Closes all connections once their work is done. */
  close(): Promise<void>;
}

/** The server's limit comes first; this much later the client gives up on a server that does not even say so. */
const clientGraceMs = 2_000;

/**
 * Opens connections as they are needed; none is opened here, so the program starts while the database is away.
 * No session state is kept on a connection (no SET outside a transaction, no LISTEN, no advisory lock of a session),
 * so PgBouncer in transaction mode may stand in between.
 */
export function openPool(options: PoolOptions): Pool {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.connectionsMax,
    connectionTimeoutMillis: options.connectTimeoutMs,
    query_timeout: options.statementTimeoutMs + clientGraceMs,
    idleTimeoutMillis: 30_000,
    application_name: options.applicationName,
    keepAlive: true,
  });
  pool.on('error', options.onIdleError);
  pool.on('connect', (client) => {
    // Whoever uses a connection is told by the query that fails, and the pool tells of one that nobody uses. What is
    // left is a connection that is being closed while the server ends it too: there is nothing to do about that.
    client.on('error', () => undefined);
  });
  const watch = createStallWatch({ afterMs: options.connectTimeoutMs, probe: () => askForSignOfLife(options) });
  return {
    pg: pool,
    statementTimeoutMs: options.statementTimeoutMs,
    kysely: <Tables>() => new Kysely<Tables>({ dialect: new PostgresDialect({ pool: discardBroken(pool, watch) }) }),
    close: () => {
      watch.stop();
      return pool.end();
    },
  };
}

/** A connection of its own: those of the pool may be the ones that are stuck. */
async function askForSignOfLife({ url, connectTimeoutMs, applicationName }: PoolOptions): Promise<void> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: connectTimeoutMs,
    query_timeout: connectTimeoutMs,
    application_name: applicationName,
  });
  // Told by what is awaited; an end that comes later is of no interest.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select 1');
  } catch (error) {
    // A server that refuses has answered.
    if (error instanceof pg.DatabaseError) return;
    throw error;
  } finally {
    // A server that does not answer does not end a connection either.
    void client.end().catch(() => undefined);
  }
}

/**
 * A query that timed out on the client's side is still running on its connection: whatever is sent next waits behind
 * it. Such a connection answers nothing more and is closed when it is given back.
 */
function discardBroken(pool: pg.Pool, watch: StallWatch): PostgresPool {
  return {
    options: pool.options,
    connect: async () => {
      if (watch.stalled !== null) throw watch.stalled;
      return guardClient(await pool.connect(), watch);
    },
    end: () => pool.end(),
  };
}

function guardClient(client: pg.PoolClient, watch: StallWatch): PostgresPoolClient {
  let broken: Error | null = null;
  const query = async (sql: string, parameters: readonly unknown[]): Promise<unknown> => {
    if (broken !== null) throw broken;
    const stall = Promise.withResolvers<never>();
    const ended = watch.begin(stall.reject);
    try {
      return await Promise.race([client.query(sql, [...parameters]), stall.promise]);
    } catch (error) {
      if (error instanceof Error && isDatabaseUnavailable(error)) broken = error;
      throw error;
    } finally {
      ended();
    }
  };
  return {
    // Kysely's interface has a second form, for cursors, which is not used here.
    query: query as PostgresPoolClient['query'],
    release: (destroy) => client.release(broken ?? destroy ?? false),
  };
}
