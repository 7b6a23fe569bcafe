import type pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { mapDatabaseError } from '../postgres/database-errors.ts';
import { contentQuery, hasTables, readMigrationRecords, readSequences, readTables } from './catalogue.ts';
import type { MigrationRecord, SequenceDescription, TableDescription } from './catalogue.ts';
import { openSession, prepareTransaction, serverVersion } from './database-session.ts';

/** One consistent state of a database, held open while others go on writing. */
export interface DatabaseSnapshot {
  readonly serverVersion: string;
  readonly migrations: readonly MigrationRecord[];
  readonly tables: readonly TableDescription[];
  readonly sequences: readonly SequenceDescription[];
  /** What the tables take on the server's disk: about what is to come. */
  readonly bytesAbout: number;
  /** @throws ClusterError DATABASE_UNAVAILABLE. */
  rows<Row extends pg.QueryResultRow>(text: string): Promise<Row[]>;
  /** The rows of a table in PostgreSQL's text form, one a line, in an order that is the same on every server. */
  content(table: TableDescription): AsyncGenerator<Buffer, void, undefined>;
  /** Ends the transaction and the connection; once more does nothing. */
  close(): Promise<void>;
}

/** Writes rows with COPY. Lines end with a newline, and one inside a value is written as `\n`, so lines are rows. */
export async function* copyOut(
  client: pg.ClientBase,
  table: TableDescription,
): AsyncGenerator<Buffer, void, undefined> {
  try {
    const stream = client.query(copyTo(`copy (${await contentQuery(client, table)}) to stdout`));
    for await (const chunk of stream) yield Buffer.from(chunk);
  } catch (error) {
    throw mapDatabaseError(error);
  }
}

async function readRows<Row extends pg.QueryResultRow>(client: pg.ClientBase, text: string): Promise<Row[]> {
  try {
    return (await client.query<Row>(text)).rows;
  } catch (error) {
    throw mapDatabaseError(error);
  }
}

/** @throws ClusterError DATABASE_UNAVAILABLE; NOT_FOUND when there are no tables of this program. */
export async function openDatabaseSnapshot(url: string): Promise<DatabaseSnapshot> {
  const client = await openSession(url, 'cluster-ai-backup');
  try {
    await client.query('begin isolation level repeatable read read only');
    await prepareTransaction(client);
    const tables = (await hasTables(client)) ? await readTables(client) : [];
    if (!tables.some(({ name }) => name === 'schema_migrations')) {
      throw new ClusterError('NOT_FOUND', 'the database holds no tables of Cluster AI: there is nothing to back up');
    }
    const sizes = await client.query<{ bytes: string }>(
      "select coalesce(sum(pg_table_size(oid)), 0)::text as bytes from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'",
    );
    let open = true;
    return {
      serverVersion: await serverVersion(client),
      migrations: await readMigrationRecords(client),
      tables,
      sequences: await readSequences(client),
      bytesAbout: Number(sizes.rows[0]?.bytes),
      rows: (text) => readRows(client, text),
      content: (table) => copyOut(client, table),
      close: async () => {
        if (open) await client.end();
        open = false;
      },
    };
  } catch (error) {
    await client.end();
    throw mapDatabaseError(error);
  }
}
