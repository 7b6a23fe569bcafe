import { ClusterError } from '@cluster-ai/core/errors.ts';
import type pg from 'pg';
import { z } from 'zod';

export const tableSchema = z.strictObject({
  name: z.string().min(1),
  columns: z.array(z.strictObject({ name: z.string().min(1), type: z.string().min(1) })).min(1),
});

/** A table of the database and those of its columns that are stored. */
export type TableDescription = z.infer<typeof tableSchema>;

export const sequenceSchema = z.strictObject({
  name: z.string().min(1),
  lastValue: z.string().regex(/^-?\d+$/),
  isCalled: z.boolean(),
});

/** Where numbers go on that the database gives. */
export type SequenceDescription = z.infer<typeof sequenceSchema>;

export const migrationRecordSchema = z.strictObject({
  number: z.int().min(1),
  name: z.string(),
  sha256: z.string(),
});

export type MigrationRecord = z.infer<typeof migrationRecordSchema>;

/** Tables of the schema `public` that belong to no extension and are no part of another one. */
const ownTables = `
  select c.oid, c.relname as name from pg_class c
  where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
    and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')`;

/**
 * All tables, as the catalogue lists them, each behind those that it refers to: a table of a later migration cannot be
 * forgotten. @throws ClusterError CONFLICT when tables refer to each other in a circle.
 */
export async function readTables(client: pg.ClientBase): Promise<TableDescription[]> {
  const columns = await client.query<{ table: string; name: string; type: string }>(`
    with own as (${ownTables})
    select own.name as table, a.attname as name, format_type(a.atttypid, a.atttypmod) as type
    from own join pg_attribute a on a.attrelid = own.oid
    where a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
    order by own.name collate "C", a.attnum`);
  const tables = [...Map.groupBy(columns.rows, ({ table }) => table)].map(([name, rows]) => ({
    name,
    columns: rows.map(({ name: column, type }) => ({ name: column, type })),
  }));
  const references = await client.query<{ from: string; to: string }>(`
    with own as (${ownTables})
    select a.name as from, b.name as to
    from pg_constraint c join own a on a.oid = c.conrelid join own b on b.oid = c.confrelid
    where c.contype = 'f' and a.oid <> b.oid`);
  return sortByReferences(tables, references.rows);
}

function sortByReferences(
  tables: readonly TableDescription[],
  references: readonly { readonly from: string; readonly to: string }[],
): TableDescription[] {
  const sorted: TableDescription[] = [];
  const placed = new Set<string>();
  let waiting = [...tables];
  while (waiting.length > 0) {
    const ready = waiting.filter(({ name }) => references.every(({ from, to }) => from !== name || placed.has(to)));
    if (ready.length === 0) {
      const names = waiting.map(({ name }) => name).join(', ');
      throw new ClusterError('CONFLICT', `these tables refer to each other in a circle: ${names}`);
    }
    for (const table of ready) placed.add(table.name);
    sorted.push(...ready);
    waiting = waiting.filter(({ name }) => !placed.has(name));
  }
  return sorted;
}

/** Must be read after the rows were fixed by a snapshot: a sequence runs ahead of every number that it gave. */
export async function readSequences(client: pg.ClientBase): Promise<SequenceDescription[]> {
  const found = await client.query<{ name: string }>(`
    select c.relname as name from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'S'
      and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')
    order by c.relname collate "C"`);
  const sequences: SequenceDescription[] = [];
  for (const { name } of found.rows) {
    const state = await client.query<{ last_value: string; is_called: boolean }>(
      `select last_value::text, is_called from ${quoted(name)}`,
    );
    const [row] = state.rows;
    if (row !== undefined) sequences.push({ name, lastValue: row.last_value, isCalled: row.is_called });
  }
  return sequences;
}

export async function readMigrationRecords(client: pg.ClientBase): Promise<MigrationRecord[]> {
  const found = await client.query<MigrationRecord>(
    'select number, name, sha256 from public.schema_migrations order by number',
  );
  return found.rows;
}

/** True when the database holds a table of whatever kind. */
export async function hasTables(client: pg.ClientBase): Promise<boolean> {
  return (await client.query(`${ownTables} limit 1`)).rows.length > 0;
}

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** The stored columns of a table, as SQL. */
export function columnList(table: TableDescription): string {
  return table.columns.map(({ name }) => quoted(name)).join(', ');
}

/** Types whose values have one order on every server; texts are ordered by their bytes, whatever the collation. */
const orderedTypes = /^(smallint|integer|bigint|boolean|uuid|date|timestamp|numeric|double precision|real|bytea)/;

/** The query whose rows are the content of a table, in an order that is the same on every server. */
export async function contentQuery(client: pg.ClientBase, table: TableDescription): Promise<string> {
  const found = await client.query<{ name: string; type: string }>(
    `select a.attname as name, format_type(a.atttypid, a.atttypmod) as type
     from pg_index i cross join unnest(i.indkey) with ordinality as k(attnum, place)
     join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
     where i.indisprimary and i.indrelid = $1::regclass order by k.place`,
    [`public.${quoted(table.name)}`],
  );
  const keys = found.rows.map(({ name, type }) =>
    orderedTypes.test(type) ? `t.${quoted(name)}` : `t.${quoted(name)}::text collate "C"`,
  );
  const order = keys.length > 0 ? keys.join(', ') : 't::text collate "C"';
  return `select ${columnList(table)} from public.${quoted(table.name)} t order by ${order}`;
}
