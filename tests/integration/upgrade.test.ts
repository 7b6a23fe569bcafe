import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { descriptionSchema } from '@cluster-ai/cli/backup/description.ts';
import { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import { listKeys } from '@cluster-ai/contract/api/keys.ts';
import { ArchiveReader } from '@cluster-ai/platform/backup/archive-reader.ts';
import { DatabaseLoad } from '@cluster-ai/platform/backup/database-load.ts';
import { describeSchema } from '@cluster-ai/platform/postgres/describe-schema.ts';
import { migrate, readMigrations } from '@cluster-ai/platform/postgres/migrate.ts';
import { openTestPool } from '@cluster-ai/testkit/postgres/test-pool.ts';
import type { Pool } from '@cluster-ai/platform/postgres/pool.ts';
import { startPostgres } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import type { PostgresServer } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { irisRequest } from '../iris.ts';
import { cli } from '../run-cli.ts';
import { repository, startPlatform, until } from '../start-platform.ts';
import { startPlane } from './control-plane/fixture.ts';

/** Backups of data folders that earlier versions made: see tools/make-upgrade-fixture.ts. */
const fixtures = join(repository, 'tests/fixtures/upgrade');
const own = join(repository, 'apps/control-plane/migrations');
const folder = mkdtempSync(join(tmpdir(), 'cluster-ai-upgrade-'));
// The system user of `up` must be able to pass through it.
chmodSync(folder, 0o755);

let postgres: PostgresServer;
const pools: Pool[] = [];

beforeAll(async () => {
  postgres = await startPostgres(15);
});

afterAll(async () => {
  for (const pool of pools) await pool.close();
  await postgres.remove();
  rmSync(folder, { recursive: true });
});

function connect(url: string): Pool['pg'] {
  const pool = openTestPool(url);
  pools.push(pool);
  return pool.pg;
}

/** A database as the earlier version left it: its tables, its migrations, and none of those that came since. */
async function databaseOf(path: string): Promise<{ url: string; migration: number }> {
  const url = await postgres.createDatabase();
  const reader = await ArchiveReader.open(path, async () => null);
  try {
    const first = await reader.nextPart();
    const text = await Array.fromAsync(first?.chunks() ?? []);
    const {
      migrations: recorded,
      tables,
      sequences,
    } = descriptionSchema.parse(JSON.parse(Buffer.concat(text).toString()));
    const migrations = (await readMigrations(own)).slice(0, recorded.length);
    const load = await DatabaseLoad.begin({ url, migrations, recorded, tables, replace: false });
    for (let part = await reader.nextPart(); part !== null; part = await reader.nextPart()) {
      const name = /^database\/(.+)$/.exec(part.name)?.[1];
      const table = tables.find((each) => each.name === name);
      if (table === undefined) await Array.fromAsync(part.chunks());
      else await load.fill(table, part.chunks());
    }
    expect(await load.finish(sequences)).toEqual([]);
    await load.commit();
    return { url, migration: recorded.length };
  } finally {
    await reader.close();
  }
}

describe.each(readdirSync(fixtures).filter((name) => name.endsWith('.backup')))('%s', (name) => {
  const path = join(fixtures, name);

  test('the program starts on its data, and all of it is there', async () => {
    const home = join(folder, name);
    const env = { CLUSTER_AI_HOME: home };
    const place = { home, controlUrl: 'http://127.0.0.1:9', gatewayUrl: '' };
    console.log(await cli(place, 'restore', path, '--home', home));
    const platform = await startPlatform({ home, examples: false, env });
    try {
      const read = async (...words: string[]): Promise<unknown> =>
        JSON.parse(await cli(platform, ...words, '-o', 'json'));
      expect(await read('model', 'versions', 'iris')).toMatchObject([
        { version: 2, notes: 'the second', lineage: { accuracy: 0.97 } },
        { version: 1, notes: 'the first' },
      ]);
      expect(await read('alias', 'list', 'iris')).toEqual({ champion: 1 });
      expect(await read('route', 'show', 'iris')).toMatchObject({
        variants: [
          { version: 1, weight: 90 },
          { version: 2, weight: 10 },
        ],
      });
      const client = { baseUrl: platform.controlUrl, token: platform.adminToken, timeoutMs: 30_000 };
      const { items: keys } = await callEndpoint(client, listKeys, { query: {} });
      expect(keys.find((key) => key.name === 'kept')).toMatchObject({
        models: ['iris'],
        dailyQuota: 1_000,
        revokedAt: null,
      });
      expect(keys.find((key) => key.name === 'gone')?.revokedAt).toEqual(expect.any(String));
      expect(await read('user', 'list')).toMatchObject([{ email: 'ana@example.com', role: 'operator' }]);
      expect(await read('settings', 'get', 'log_level')).toMatchObject({ value: 'warn' });
      expect(await cli(platform, 'audit', 'verify')).toContain('the audit log is intact');
      const infer = `${platform.gatewayUrl}${irisRequest.path}`;
      await until(
        'iris is served',
        30_000,
        async () => (await fetch(infer, { method: 'POST', body: irisRequest.body })).ok,
      );
    } finally {
      await platform.stop();
    }
  });

  test('an upgrade that is killed in a migration is done at the next start', async () => {
    const { url, migration } = await databaseOf(path);
    const pool = connect(url);
    const before = await pool.query('select * from audit_entries order by id');
    const copy = join(folder, `${name}-migrations`);
    cpSync(own, copy, { recursive: true });
    const next = readdirSync(own).length + 1;
    // Slow for the program that is killed alone.
    const slow = `create table slow (id integer);
      select pg_sleep(case current_setting('application_name') when 'upgrade' then 60 else 0 end);
      create table slower (id integer);`;
    writeFileSync(join(copy, `${String(next).padStart(4, '0')}_slow.sql`), slow);
    const program = `
      import { migrate, readMigrations } from '@cluster-ai/platform/postgres/migrate.ts';
      import { openTestPool } from '@cluster-ai/testkit/postgres/test-pool.ts';
      const pool = openTestPool(process.argv[1], { applicationName: 'upgrade' });
      await migrate(pool.pg, await readMigrations(process.argv[2]));`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program, url, copy], {
      cwd: repository,
      stdio: 'inherit',
    });
    const ended = once(child, 'exit');
    await until('the slow migration runs', 30_000, async () => {
      const found = await pool.query(
        "select from pg_stat_activity where application_name = 'upgrade' and query ~ 'pg_sleep'",
      );
      return found.rows.length > 0;
    });
    child.kill('SIGKILL');
    await ended;
    // The server notices only when it has something to say.
    await pool.query(
      "select pg_terminate_backend(pid, 10000) from pg_stat_activity where application_name = 'upgrade'",
    );
    expect(await describeSchema(pool)).not.toContain('create table slow');
    const again = await migrate(pool, await readMigrations(copy));
    // Those before the slow one had been committed each by itself.
    expect(again).toEqual([`${String(next).padStart(4, '0')}_slow.sql`]);
    expect(next).toBeGreaterThan(migration);
    await pool.query(`drop table slow, slower; delete from schema_migrations where number = ${next}`);
    expect((await pool.query('select * from audit_entries order by id')).rows).toEqual(before.rows);

    const plane = await startPlane(url);
    try {
      const { items } = await callEndpoint(plane.admin, listKeys, { query: {} });
      expect(items.map((key) => key.name).toSorted()).toEqual(['gone', 'kept']);
    } finally {
      await plane.remove();
    }
  });
});
