import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { mapDatabaseError } from '../postgres/database-errors.ts';
import { assertServerVersion, migrateInside } from '../postgres/migrate.ts';
import type { Migration } from '../postgres/migrate.ts';
import { commitError } from '../postgres/transaction.ts';
import { columnList, hasTables, quoted, readMigrationRecords, readTables } from './catalogue.ts';
import type { MigrationRecord, SequenceDescription, TableDescription } from './catalogue.ts';
import { openSession, prepareTransaction } from './database-session.ts';
import { copyOut } from './database-snapshot.ts';

export interface LoadOptions {
  readonly url: string;
  /** All that this program has. */
  readonly migrations: readonly Migration[];
  /** Those that the backup was made after. */
  readonly recorded: readonly MigrationRecord[];
  readonly tables: readonly TableDescription[];
  /** Remove what the database holds of Cluster AI; otherwise it must be empty. */
  readonly replace: boolean;
}

export interface TableContent {
  readonly rows: number;
  readonly sha256: string;
}

/** A restore into one database, in one transaction: until `commit` nothing of it can be seen, and `discard` leaves nothing. */
export class DatabaseLoad {
  private readonly client: pg.Client;
  private readonly options: LoadOptions;

  private constructor(client: pg.Client, options: LoadOptions) {
    this.client = client;
    this.options = options;
  }

  /**
   * Makes the tables as they were at the migration of the backup, and empty.
   * @throws ClusterError UNSUPPORTED for a backup of a newer or another program; CONFLICT when the database is not empty
   * or in use; DATABASE_UNAVAILABLE, PREREQUISITE_MISSING.
   */
  static async begin(options: LoadOptions): Promise<DatabaseLoad> {
    assertKnownMigrations(options);
    const client = await openSession(options.url, 'cluster-ai-restore');
    try {
      await assertServerVersion(client);
      await client.query('begin');
      await prepareTransaction(client);
      await makeRoom(client, options.replace);
      await migrateInside(client, options.migrations.slice(0, options.recorded.length));
      const tables = await readTables(client);
      assertSameTables(tables, options.tables);
      await client.query(`truncate ${tables.map(({ name }) => quoted(name)).join(', ')}`);
      return new DatabaseLoad(client, options);
    } catch (error) {
      await client.end();
      throw mapDatabaseError(error);
    }
  }

  /** Fills one table. Tables come in the order of the backup, each behind those that it refers to. */
  async fill(table: TableDescription, content: AsyncIterable<Uint8Array>): Promise<void> {
    try {
      const target = this.client.query(copyFrom(`copy public.${quoted(table.name)} (${columnList(table)}) from stdin`));
      await pipeline(Readable.from(content, { objectMode: false }), target);
    } catch (error) {
      throw mapDatabaseError(error);
    }
  }

  /** Reads back what a table holds now, as a backup would. */
  async read(table: TableDescription): Promise<TableContent> {
    const hash = createHash('sha256');
    let rows = 0;
    for await (const chunk of copyOut(this.client, table)) {
      hash.update(chunk);
      rows += countLines(chunk);
    }
    return { rows, sha256: hash.digest('hex') };
  }

  /** Lets the sequences go on where they were, and runs the migrations that came after the backup. */
  async finish(sequences: readonly SequenceDescription[]): Promise<string[]> {
    try {
      for (const { name, lastValue, isCalled } of sequences) {
        await this.client.query('select setval($1::regclass, $2::bigint, $3)', [
          `public.${quoted(name)}`,
          lastValue,
          isCalled,
        ]);
      }
      return await migrateInside(this.client, this.options.migrations);
    } catch (error) {
      throw mapDatabaseError(error);
    }
  }

  /** Something more in the same transaction. */
  async run<Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    try {
      return (await this.client.query<Row>(text, [...values])).rows;
    } catch (error) {
      throw mapDatabaseError(error);
    }
  }

  /** @throws ClusterError DATABASE_UNAVAILABLE; its message says when it is not known whether the commit went through. */
  async commit(): Promise<void> {
    try {
      await this.client.query('commit');
    } catch (error) {
      throw mapDatabaseError(commitError(error));
    } finally {
      // It has been answered by now, or is lost.
      await this.client.end().catch(() => undefined);
    }
  }

  async discard(): Promise<void> {
    // The end of the connection rolls the transaction back.
    await this.client.end().catch(() => undefined);
  }
}

export function countLines(chunk: Uint8Array): number {
  let lines = 0;
  for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) lines += 1;
  return lines;
}

function assertKnownMigrations({ migrations, recorded }: LoadOptions): void {
  for (const [index, { name, sha256 }] of recorded.entries()) {
    const own = migrations[index];
    if (own === undefined) {
      throw new ClusterError('UNSUPPORTED', `the backup has migration ${name}, which this program does not know`, {
        fix: 'restore it with the version of Cluster AI that made it, or a later one',
      });
    }
    if (own.name === name && own.sha256 === sha256) continue;
    throw new ClusterError('UNSUPPORTED', `the backup has another migration ${name} than this program (${own.name})`, {
      fix: 'restore it with the version of Cluster AI that made it',
    });
  }
}

/** Leaves a database without tables. */
async function makeRoom(client: pg.ClientBase, replace: boolean): Promise<void> {
  if (!(await hasTables(client))) return;
  const tables = await readTables(client);
  if (!tables.some(({ name }) => name === 'schema_migrations')) {
    const some = tables.slice(0, 3).map(({ name }) => name);
    throw new ClusterError('CONFLICT', `the database holds tables of another program (${some.join(', ')})`, {
      fix: 'create a database for Cluster AI alone, and name that',
    });
  }
  if (!replace) {
    const { length } = await readMigrationRecords(client);
    throw new ClusterError('CONFLICT', `the database is not empty: it holds Cluster AI, migration ${length}`, {
      fix: 'name an empty database, or add --replace to lose what this one holds',
    });
  }
  const users = await client.query(
    "select from pg_stat_activity where datname = current_database() and application_name = 'cluster-ai-control-plane'",
  );
  if (users.rows.length > 0) {
    throw new ClusterError('CONFLICT', 'a control plane is connected to the database', {
      fix: 'stop every control plane of this installation first; gateways may go on',
    });
  }
  await dropEverything(client);
}

/** Whatever migrations can make, in an order in which nothing stands in the way: kind, catalogue, namespace, which, name. */
const drops = [
  ['table', 'pg_class', 'relnamespace', "c.relkind in ('r', 'p')", 'quote_ident(c.relname)'],
  ['view', 'pg_class', 'relnamespace', "c.relkind = 'v'", 'quote_ident(c.relname)'],
  ['materialized view', 'pg_class', 'relnamespace', "c.relkind = 'm'", 'quote_ident(c.relname)'],
  ['sequence', 'pg_class', 'relnamespace', "c.relkind = 'S'", 'quote_ident(c.relname)'],
  ['routine', 'pg_proc', 'pronamespace', 'true', 'c.oid::regprocedure::text'],
  ['type', 'pg_type', 'typnamespace', "c.typtype in ('e', 'd')", 'quote_ident(c.typname)'],
] as const;

/** What belongs to an extension stays. */
async function dropEverything(client: pg.ClientBase): Promise<void> {
  for (const [kind, catalogue, namespace, which, name] of drops) {
    const found = await client.query<{ name: string }>(
      `select ${name} as name from ${catalogue} c where c.${namespace} = 'public'::regnamespace and ${which}
       and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')`,
    );
    for (const row of found.rows) {
      // It may have gone with another one.
      await client.query(`drop ${kind} if exists ${row.name} cascade`);
    }
  }
}

function assertSameTables(present: readonly TableDescription[], wanted: readonly TableDescription[]): void {
  const lines = (tables: readonly TableDescription[]): string[] =>
    tables.flatMap(({ name, columns }) => columns.map((column) => `${name}.${column.name} ${column.type}`)).toSorted();
  const here = new Set(lines(present));
  const there = new Set(lines(wanted));
  const [different] = [...here.symmetricDifference(there)];
  if (different === undefined) return;
  const side = there.has(different) ? 'the backup has' : 'the migrations have';
  throw new ClusterError('UNSUPPORTED', `only ${side} the column ${different}`, {
    fix: 'the schema of that database was changed by hand; undo the change there, and make another backup',
  });
}
