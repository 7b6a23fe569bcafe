import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TableDescription } from '@cluster-ai/platform/backup/catalogue.ts';
import { DatabaseLoad } from '@cluster-ai/platform/backup/database-load.ts';
import { openDatabaseSnapshot } from '@cluster-ai/platform/backup/database-snapshot.ts';
import { describeSchema } from '@cluster-ai/platform/postgres/describe-schema.ts';
import { migrate, readMigrations } from '@cluster-ai/platform/postgres/migrate.ts';
import type { Migration } from '@cluster-ai/platform/postgres/migrate.ts';
import { openTestPool } from '@cluster-ai/testkit/postgres/test-pool.ts';
import type { Pool } from '@cluster-ai/platform/postgres/pool.ts';
import { startPostgres } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import type { PostgresServer } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const own = join(import.meta.dirname, '../../apps/control-plane/migrations');
const folder = mkdtempSync(join(tmpdir(), 'cluster-ai-backup-migrations-'));

/** Every type that a column of ours has, and those that one may have next. */
const everything = `
create table everything (
  id bigint generated always as identity primary key,
  a_text text, a_boolean boolean, a_smallint smallint, an_integer integer, a_bigint bigint, a_double double precision,
  a_numeric numeric, a_uuid uuid, a_time timestamptz, a_jsonb jsonb, a_bytea bytea, a_date date,
  some_text text[], some_integers integer[], some_bigints bigint[],
  doubled bigint generated always as (id * 2) stored
);
create table of_everything (everything bigint not null references everything on delete cascade, name text not null);
create sequence a_sequence start 5;
create type a_kind as enum ('one', 'other');
create function twice(value a_kind) returns text language sql as 'select value || value::text';
create view seen as select id from everything;`;

let servers: { readonly old: PostgresServer; readonly new: PostgresServer };
let migrations: Migration[];
const pools: Pool[] = [];

beforeAll(async () => {
  cpSync(own, folder, { recursive: true });
  const next = String(readdirSync(own).length + 1).padStart(4, '0');
  writeFileSync(join(folder, `${next}_everything.sql`), everything);
  migrations = await readMigrations(folder);
  const [old, latest] = await Promise.all([startPostgres(15), startPostgres(18)]);
  servers = { old, new: latest };
});

afterAll(async () => {
  for (const pool of pools) await pool.close();
  await Promise.all([servers.old.remove(), servers.new.remove()]);
  rmSync(folder, { recursive: true });
});

function connect(url: string): Pool['pg'] {
  const pool = openTestPool(url);
  pools.push(pool);
  return pool.pg;
}

async function migrated(server: PostgresServer): Promise<{ url: string; pool: Pool['pg'] }> {
  const url = await server.createDatabase();
  const pool = connect(url);
  await migrate(pool, migrations);
  return { url, pool };
}

/** What a backup would hold of a database. */
async function contents(url: string): Promise<Map<string, string>> {
  const snapshot = await openDatabaseSnapshot(url);
  try {
    const digests = new Map<string, string>();
    for (const table of snapshot.tables) {
      const hash = createHash('sha256');
      for await (const chunk of snapshot.content(table)) hash.update(chunk);
      digests.set(table.name, hash.digest('hex'));
    }
    return digests;
  } finally {
    await snapshot.close();
  }
}

interface CopyOptions {
  readonly replace?: boolean;
  /** Those of the program that restores. */
  readonly known?: Migration[];
  readonly tables?: (tables: readonly TableDescription[]) => TableDescription[];
}

/** Copies a database as backup and restore do. @returns the migrations that ran afterwards. */
async function copy(from: string, to: string, options: CopyOptions = {}): Promise<string[]> {
  const snapshot = await openDatabaseSnapshot(from);
  try {
    const load = await DatabaseLoad.begin({
      url: to,
      migrations: options.known ?? migrations,
      recorded: snapshot.migrations,
      tables: options.tables?.(snapshot.tables) ?? snapshot.tables,
      replace: options.replace ?? false,
    });
    try {
      for (const table of snapshot.tables) await load.fill(table, snapshot.content(table));
      const ran = await load.finish(snapshot.sequences);
      await load.commit();
      return ran;
    } catch (error) {
      await load.discard();
      throw error;
    }
  } finally {
    await snapshot.close();
  }
}

const storable = fc.string({ unit: 'binary', maxLength: 60 }).map((text) => text.toWellFormed().replaceAll('\0', ''));
const nullable = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { freq: 6 });
/** PostgreSQL keeps every character in a jsonb but this one; printable names of fields have none. */
const withoutNul = (_key: string, value: unknown): unknown =>
  typeof value === 'string' ? value.replaceAll('\0', '') : value;
const json = fc.oneof(
  fc.jsonValue({ stringUnit: 'grapheme' }),
  fc.constant({ big: 'x'.repeat(300_000), nested: Array.from({ length: 500 }, (_each, index) => ({ index })) }),
  fc.record({ text: storable, numbers: fc.array(fc.double({ noNaN: true, noDefaultInfinity: true })) }),
);
const row = fc.record({
  a_text: nullable(
    fc.oneof(storable, fc.constantFrom('', '\\N', '\\.', 'tab\there', 'line\nand\rline', '\\\\n', '𝄞é🇧🇷')),
  ),
  a_boolean: nullable(fc.boolean()),
  a_smallint: nullable(fc.integer({ min: -32_768, max: 32_767 })),
  an_integer: nullable(fc.integer()),
  a_bigint: nullable(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String)),
  a_double: nullable(
    fc.oneof(fc.double().map(String), fc.constantFrom('-0', 'NaN', 'Infinity', '-Infinity', '5e-324')),
  ),
  a_numeric: nullable(fc.tuple(fc.bigInt(), fc.nat({ max: 20 })).map(([value, scale]) => `${value}e-${scale}`)),
  a_uuid: nullable(fc.uuid()),
  a_time: nullable(
    fc.constantFrom(
      'infinity',
      '-infinity',
      '0044-03-15 12:00:00.000001+00 BC',
      '2026-01-31 23:59:59.999999+02',
      'epoch',
    ),
  ),
  a_jsonb: nullable(json.map((value) => JSON.stringify(value, withoutNul))),
  a_bytea: nullable(fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes))),
  a_date: nullable(fc.constantFrom('2026-02-28', '0001-01-01 BC', 'infinity')),
  some_text: nullable(fc.array(fc.option(storable), { maxLength: 4 })),
  some_integers: nullable(fc.array(fc.option(fc.integer()), { maxLength: 4 })),
  some_bigints: nullable(fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String), { maxLength: 4 })),
});

async function insertRows(pool: Pool['pg'], rows: readonly Record<string, unknown>[]): Promise<void> {
  for (const each of rows) {
    const names = Object.keys(each);
    const places = names.map((_name, index) => `$${index + 1}`).join(', ');
    await pool.query(`insert into everything (${names.join(', ')}) values (${places})`, Object.values(each));
  }
  await pool.query('insert into of_everything select id, a_text from everything where a_text is not null');
  await pool.query("select nextval('a_sequence')");
}

describe.each([
  ['15 to 18', 'old', 'new'],
  ['18 to 15', 'new', 'old'],
] as const)('from PostgreSQL %s', (_name, from, to) => {
  test('whatever the columns hold arrives byte for byte, and can be written on', async () => {
    const source = await migrated(servers[from]);
    const target = { url: await servers[to].createDatabase() };
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 4, maxLength: 40 }), async (rows) => {
        await source.pool.query('truncate everything cascade');
        await insertRows(source.pool, rows);
        expect(await copy(source.url, target.url, { replace: true })).toEqual([]);
        expect(await contents(target.url)).toEqual(await contents(source.url));
      }),
      { numRuns: 3, endOnFailure: true },
    );
    const pool = connect(target.url);
    // Sequences go on behind the last number, and everything that the schema says is there again.
    const inserted = await pool.query<{ id: string; doubled: string; max: string }>(
      'insert into everything default values returning id, doubled, (select max(id) from everything) as max',
    );
    const [{ id, doubled, max } = { id: '', doubled: '', max: '' }] = inserted.rows;
    expect(BigInt(id)).toBe(BigInt(max) + 1n);
    expect(BigInt(doubled)).toBe(2n * BigInt(id));
    const [one, other] = await Promise.all([describeSchema(source.pool), describeSchema(pool)]);
    expect(other).toBe(one);
    const next = 'select nextval($1) as next';
    const [here, there] = await Promise.all(
      [source.pool, pool].map((each) => each.query<{ next: string }>(next, ['a_sequence'])),
    );
    expect(there?.rows).toEqual(here?.rows);
  });
});

test('the table of these tests has every type that a column of ours has', async () => {
  const { url } = await migrated(servers.new);
  const snapshot = await openDatabaseSnapshot(url);
  await snapshot.close();
  const typesOf = (tables: readonly TableDescription[]): Set<string> =>
    new Set(tables.flatMap(({ columns }) => columns.map(({ type }) => type)));
  const tested = typesOf(snapshot.tables.filter(({ name }) => name === 'everything'));
  expect([...typesOf(snapshot.tables).difference(tested)]).toEqual([]);
});

test('no table and no stored column is forgotten, whichever migration makes it', async () => {
  const { url, pool } = await migrated(servers.new);
  const snapshot = await openDatabaseSnapshot(url);
  await snapshot.close();
  const lines = await pool.query<{ line: string }>(
    `select table_name || '.' || column_name as line from information_schema.columns
     join information_schema.tables using (table_schema, table_name)
     where table_schema = 'public' and is_generated = 'NEVER' and table_type = 'BASE TABLE'`,
  );
  const described = snapshot.tables.flatMap(({ name, columns }) => columns.map((column) => `${name}.${column.name}`));
  expect(described.toSorted()).toEqual(lines.rows.map(({ line }) => line).toSorted());
  expect(described).toContain('everything.a_bytea');
  expect(described).not.toContain('everything.doubled');
  // Each behind those that it refers to.
  const order = snapshot.tables.map(({ name }) => name);
  expect(order.indexOf('of_everything')).toBeGreaterThan(order.indexOf('everything'));
});

test('a restore shows nothing until it is whole, and leaves nothing when it breaks off', async () => {
  const source = await migrated(servers.new);
  await insertRows(source.pool, [{ a_text: 'here' }]);
  const url = await servers.old.createDatabase();
  const pool = connect(url);
  const snapshot = await openDatabaseSnapshot(source.url);
  const options = { url, migrations, recorded: snapshot.migrations, tables: snapshot.tables, replace: false };
  const load = await DatabaseLoad.begin(options);
  for (const table of snapshot.tables) await load.fill(table, snapshot.content(table));
  const table = snapshot.tables.find(({ name }) => name === 'everything');
  expect(table === undefined ? null : (await load.read(table)).rows).toBe(1);
  expect(await describeSchema(pool)).toBe('');
  await load.discard();
  await snapshot.close();
  expect(await describeSchema(pool)).toBe('');
});

test('a connection that is lost during the commit is not told as if nothing were written', async () => {
  const source = await migrated(servers.new);
  const url = await servers.old.createDatabase();
  const snapshot = await openDatabaseSnapshot(source.url);
  const options = { url, migrations, recorded: snapshot.migrations, tables: snapshot.tables, replace: false };
  const load = await DatabaseLoad.begin(options);
  await snapshot.close();
  await connect(url).query(
    "select pg_terminate_backend(pid, 10000) from pg_stat_activity where application_name = 'cluster-ai-restore'",
  );
  await expect(load.commit()).rejects.toMatchObject({
    code: 'DATABASE_UNAVAILABLE',
    message: expect.stringContaining('the change may or may not be kept'),
  });
});

test('a connection that is lost while a backup is read is told as such', async () => {
  const { url, pool } = await migrated(servers.new);
  const snapshot = await openDatabaseSnapshot(url);
  await pool.query(
    "select pg_terminate_backend(pid, 10000) from pg_stat_activity where application_name = 'cluster-ai-backup'",
  );
  await expect(snapshot.rows('select 1')).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
  await snapshot.close();
});

test('while a backup is being read others write, and it does not see what they write', async () => {
  const { url, pool } = await migrated(servers.new);
  await insertRows(pool, [{ a_text: 'before' }]);
  const snapshot = await openDatabaseSnapshot(url);
  const before = await contents(url);
  await insertRows(pool, [{ a_text: 'after' }]);
  await pool.query('delete from everything where a_text = $1', ['before']);
  const table = snapshot.tables.find(({ name }) => name === 'everything');
  const hash = createHash('sha256');
  if (table !== undefined) for await (const chunk of snapshot.content(table)) hash.update(chunk);
  await snapshot.close();
  expect(hash.digest('hex')).toBe(before.get('everything'));
});

test('a backup of an earlier migration is brought forward, and one of a later or another is refused', async () => {
  const source = connect(await servers.old.createDatabase());
  await migrate(source, migrations.slice(0, 5));
  await source.query(
    "insert into users (email, role, created_at, created_by, sessions_valid_from) values ('a@b.c', 'admin', now(), 'x', now())",
  );
  const url = String(source.options.connectionString);
  const target = await servers.new.createDatabase();
  expect(await copy(url, target)).toEqual(migrations.slice(5).map(({ name }) => name));
  expect((await connect(target).query('select email from users')).rows).toEqual([{ email: 'a@b.c' }]);
  const later = (await migrated(servers.new)).url;
  const known = migrations.slice(0, -1);
  await expect(copy(later, await servers.new.createDatabase(), { known })).rejects.toMatchObject({
    code: 'UNSUPPORTED',
    message: expect.stringMatching(/the backup has migration \d{4}_everything.sql, which this program does not know/),
  });
  const other = migrations.map((each) => (each.number === 3 ? { ...each, sha256: '0'.repeat(64) } : each));
  await expect(copy(later, await servers.new.createDatabase(), { known: other })).rejects.toMatchObject({
    code: 'UNSUPPORTED',
    message: expect.stringContaining('the backup has another migration 0003_'),
  });
});

test('a database that holds something is refused, and one in use even with replace', async () => {
  const source = await migrated(servers.new);
  const target = await migrated(servers.old);
  await expect(copy(source.url, target.url)).rejects.toMatchObject({
    code: 'CONFLICT',
    message: `the database is not empty: it holds Cluster AI, migration ${migrations.length}`,
  });
  const plane = openTestPool(target.url, { applicationName: 'cluster-ai-control-plane' });
  await plane.pg.query('select 1');
  await expect(copy(source.url, target.url, { replace: true })).rejects.toMatchObject({
    code: 'CONFLICT',
    message: 'a control plane is connected to the database',
  });
  await plane.close();
  const foreign = await servers.old.createDatabase();
  await connect(foreign).query('create table accounts (id integer)');
  await expect(copy(source.url, foreign, { replace: true })).rejects.toMatchObject({
    message: 'the database holds tables of another program (accounts)',
  });
  await expect(openDatabaseSnapshot(foreign)).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: 'the database holds no tables of Cluster AI: there is nothing to back up',
  });
});

test('a column that only one side has is named', async () => {
  const source = await migrated(servers.new);
  await source.pool.query('alter table models add column by_hand text');
  await expect(copy(source.url, await servers.old.createDatabase())).rejects.toMatchObject({
    message: 'only the backup has the column models.by_hand text',
  });
});
