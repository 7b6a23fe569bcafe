import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeSchema } from '@cluster-ai/platform/postgres/describe-schema.ts';
import { migrate, readMigrations } from '@cluster-ai/platform/postgres/migrate.ts';
import { openTestPool } from '@cluster-ai/testkit/postgres/test-pool.ts';
import type { Pool } from '@cluster-ai/platform/postgres/pool.ts';
import { startPostgres } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import type { PostgresServer } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pushModel, startPlane } from './control-plane/fixture.ts';
import { addModel } from './control-plane/test-models.ts';

const root = join(import.meta.dirname, '../../apps/control-plane');
const folder = join(root, 'migrations');

describe.each([15, 18] as const)('on PostgreSQL %i', (major) => {
  let postgres: PostgresServer;
  const pools: Pool[] = [];

  beforeAll(async () => {
    postgres = await startPostgres(major);
  });

  afterAll(async () => {
    for (const pool of pools) await pool.close();
    await postgres.remove();
  });

  async function emptyDatabase(): Promise<Pool['pg']> {
    const pool = openTestPool(await postgres.createDatabase());
    pools.push(pool);
    return pool.pg;
  }

  test('the migrations give the schema of schema.sql, and a second run does nothing', async () => {
    const pool = await emptyDatabase();
    const version = await pool.query<{ server_version: string }>('show server_version');
    expect(version.rows[0]?.server_version).toMatch(new RegExp(`^${major}\\.`));
    const migrations = await readMigrations(folder);
    expect(await migrate(pool, migrations)).toEqual(migrations.map((migration) => migration.name));
    const schema = await describeSchema(pool);
    if (process.env['CLUSTER_AI_WRITE_SCHEMA'] === 'yes') writeFileSync(join(root, 'schema.sql'), schema);
    expect(schema, 'CLUSTER_AI_WRITE_SCHEMA=yes makes this test write schema.sql anew').toBe(
      readFileSync(join(root, 'schema.sql'), 'utf8'),
    );
    expect(await migrate(pool, migrations)).toEqual([]);
    expect(await describeSchema(pool)).toBe(schema);
  });

  test('several programs that start at once apply each migration once', async () => {
    const pool = await emptyDatabase();
    const migrations = await readMigrations(folder);
    const applied = await Promise.all([1, 2, 3, 4].map(() => migrate(pool, migrations)));
    expect(applied.flat().toSorted()).toEqual(migrations.map((migration) => migration.name));
  });

  test('a migration that was changed later is refused by name, and one that fails leaves nothing', async () => {
    const copy = mkdtempSync(join(tmpdir(), 'cluster-ai-migrations-'));
    try {
      cpSync(folder, copy, { recursive: true });
      const next = (await readMigrations(copy)).length + 1;
      const name = `${String(next).padStart(4, '0')}_extra.sql`;
      const pool = await emptyDatabase();

      writeFileSync(join(copy, name), 'create table extra (id integer); create table extra (id integer);');
      await expect(migrate(pool, await readMigrations(copy))).rejects.toThrow('already exists');
      expect(await describeSchema(pool)).not.toContain('extra');

      writeFileSync(join(copy, name), 'create table extra (id integer);');
      expect(await migrate(pool, await readMigrations(copy))).toEqual([name]);
      writeFileSync(join(copy, name), 'create table extra (id bigint);');
      await expect(migrate(pool, await readMigrations(copy))).rejects.toMatchObject({
        code: 'CONFLICT',
        message: `migration ${name} was changed after it was applied to this database`,
      });
      await expect(migrate(pool, await readMigrations(folder))).rejects.toMatchObject({
        code: 'CONFLICT',
        message: expect.stringContaining(`${name}, which this program does not know`),
      });
    } finally {
      rmSync(copy, { recursive: true, force: true });
    }
  });

  test('a model can be pushed', async () => {
    const plane = await startPlane(await postgres.createDatabase());
    try {
      expect(await pushModel(plane, 'adder', [addModel(1)])).toMatchObject({ deployed: true, version: { version: 1 } });
    } finally {
      await plane.remove();
    }
  });
});

test('a gap in the numbers is refused', async () => {
  const copy = mkdtempSync(join(tmpdir(), 'cluster-ai-migrations-'));
  try {
    writeFileSync(join(copy, '0002_second.sql'), 'select 1');
    await expect(readMigrations(copy)).rejects.toMatchObject({ message: expect.stringContaining('0002_second.sql') });
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
});
