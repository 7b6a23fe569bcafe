import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { openTestPool } from '@cluster-ai/testkit/postgres/test-pool.ts';

/** A text in which no secret may stand, and what to call it. */
export interface Place {
  readonly name: string;
  readonly text: string;
}

/** Every file under a folder, as bytes that are read like text: logs, snapshots, what a program keeps for itself. */
export function filesUnder(folder: string, except: readonly string[]): Place[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !except.includes(relative(folder, path)))
    .map((path) => ({ name: relative(folder, path), text: readFileSync(path, 'latin1') }));
}

/** Every row of every table as text: what a dump of the database would hold. */
export async function exportDatabase(databaseUrl: string): Promise<Place[]> {
  const pool = openTestPool(databaseUrl);
  try {
    const tables = await pool.pg.query<{ name: string }>(
      "select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema')",
    );
    const places: Place[] = [];
    for (const { name } of tables.rows) {
      const { rows } = await pool.pg.query<{ row: string }>(`select each::text as row from ${name} each`);
      places.push({ name: `table ${name}`, text: rows.map(({ row }) => row).join('\n') });
    }
    return places;
  } finally {
    await pool.close();
  }
}

/** Where each secret was found: `what in where`. Forms that a program might have written it in are looked for too. */
export function findSecrets(secrets: ReadonlyMap<string, string>, places: readonly Place[]): string[] {
  return [...secrets].flatMap(([what, secret]) => {
    const forms = new Set([
      secret,
      encodeURIComponent(secret),
      JSON.stringify(secret).slice(1, -1),
      Buffer.from(secret).toString('base64').replaceAll('=', ''),
      Buffer.from(secret).toString('hex'),
    ]);
    return places
      .filter(({ text }) => [...forms].some((form) => text.includes(form)))
      .map(({ name }) => `${what} in ${name}`);
  });
}
