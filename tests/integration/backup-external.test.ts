import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import { listModels } from '@cluster-ai/contract/api/models.ts';
import { startPostgres } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import type { PostgresServer } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import { openTestPool } from '@cluster-ai/testkit/postgres/test-pool.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCli } from '../run-cli.ts';
import type { CliResult } from '../run-cli.ts';
import { repository, until } from '../start-platform.ts';
import { pushModel, sha256, startPlane } from './control-plane/fixture.ts';
import type { RunningPlane, TestFile } from './control-plane/fixture.ts';
import { addModel } from './control-plane/test-models.ts';

const folder = mkdtempSync(join(tmpdir(), 'cluster-ai-backup-external-'));
const file = join(folder, 'all.backup');
const models: readonly TestFile[] = [addModel(1), addModel(2)];

let old: PostgresServer;
let latest: PostgresServer;
let plane: RunningPlane;
let url = '';

beforeAll(async () => {
  [old, latest] = await Promise.all([startPostgres(15), startPostgres(18)]);
  url = await old.createDatabase();
  plane = await startPlane(url);
  for (const model of models) await pushModel(plane, 'adder', [model]);
});

afterAll(async () => {
  await plane.remove();
  await Promise.all([old.remove(), latest.remove()]);
  rmSync(folder, { recursive: true });
});

/** A command on the database and the folder of model files of a control plane elsewhere. */
function run(...words: string[]): Promise<CliResult> {
  return runCli({ home: join(folder, 'elsewhere'), controlUrl: 'http://127.0.0.1:9', gatewayUrl: '' }, words);
}

async function done(...words: string[]): Promise<{ readonly postgres?: string }> {
  const { code, stdout, stderr } = await run(...words, '-o', 'json');
  if (code !== 0) throw new Error(`cluster-ai ${words.join(' ')} ended with ${code}:\n${stdout}${stderr}`);
  return printed(stdout);
}

/** What it prints is compared with what is expected, field by field. */
function printed(stdout: string): { readonly postgres?: string } {
  return JSON.parse(stdout) as { readonly postgres?: string };
}

const pathOf = (digest: string): string => join(plane.home, 'files', digest.slice(0, 2), digest);

/** The restored installation as its control plane sees it, started on it for that. */
async function registryOn(databaseUrl: string, home: string): Promise<{ versions: number; fetched: string[] }> {
  const restored = await startPlane(databaseUrl, { home });
  try {
    const { items } = await callEndpoint(restored.admin, listModels, { query: {} });
    const fetched: string[] = [];
    for (const { bytes } of models) {
      const answer = await fetch(`${restored.url}/api/v1/fleet/files/${sha256(bytes)}`, {
        headers: { authorization: `Bearer ${restored.gateway.token}` },
      });
      fetched.push(sha256(Buffer.from(await answer.arrayBuffer())));
    }
    return { versions: items[0]?.versionCount ?? 0, fetched };
  } finally {
    await restored.stop();
  }
}

const wanted = { versions: 2, fetched: models.map(({ bytes }) => sha256(bytes)) };

test('an installation moves from PostgreSQL 15 to 18', async () => {
  const told = await run('backup', file, '--database-url', url, '--storage', plane.home, '-o', 'json');
  expect([told.code, told.stderr]).toEqual([
    0,
    expect.stringContaining(
      `warning: admin-token is not in the backup: there is no ${join(folder, 'elsewhere/admin-token')}`,
    ),
  ]);
  const made = printed(told.stdout);
  expect(made).toMatchObject({ files: 2, noted: true });
  expect(made.postgres).toMatch(/^15\./);
  const database18 = await latest.createDatabase();
  const home18 = join(folder, 'home18');
  await done('restore', file, '--database-url', database18, '--home', home18);
  expect(await registryOn(database18, join(home18, 'control-plane'))).toEqual(wanted);
});

test('a database with a control plane on it is not touched, whatever is asked for', async () => {
  const plain = await run('restore', file, '--database-url', url, '--home', join(folder, 'other'));
  expect([plain.code, plain.stderr]).toEqual([1, expect.stringContaining('the database is not empty')]);
  const forced = await run(
    'restore',
    file,
    '--database-url',
    url,
    '--home',
    join(folder, 'other'),
    '--replace',
    '--yes',
  );
  expect([forced.code, forced.stderr]).toEqual([
    1,
    expect.stringContaining('a control plane is connected to the database'),
  ]);
  const { items } = await callEndpoint(plane.admin, listModels, { query: {} });
  expect(items).toHaveLength(1);
});

test('a damaged model file is named with its version, and no backup is left; or it is left out', async () => {
  const [first] = models;
  const digest = sha256(first?.bytes ?? '');
  const bytes = readFileSync(pathOf(digest));
  const broken = Buffer.from(bytes);
  broken.writeUInt8(broken.readUInt8(10) ^ 1, 10);
  writeFileSync(pathOf(digest), broken);
  const target = join(folder, 'damaged.backup');
  const words = ['backup', target, '--database-url', url, '--storage', plane.home];
  const refused = await run(...words);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain(`the stored model file ${digest} is damaged; it is adder version 1, model.onnx`);
  expect(readdirSync(folder).filter((name) => name.startsWith('damaged'))).toEqual([]);
  expect(await done(...words, '--skip-damaged')).toMatchObject({ files: 1, skippedFiles: [digest] });
  writeFileSync(pathOf(digest), bytes);

  const verified = await run('backup', 'verify', target);
  expect([verified.code, verified.stderr]).toEqual([1, expect.stringContaining(`lacks 1 model files`)]);
  expect(await done('backup', 'verify', target, '--digests-only')).toMatchObject({ intact: true });
});

test('a missing model file is named, and nothing is left behind in the storage', async () => {
  const [, second] = models;
  const digest = sha256(second?.bytes ?? '');
  renameSync(pathOf(digest), `${pathOf(digest)}.away`);
  const target = join(folder, 'missing.backup');
  const refused = await run('backup', target, '--database-url', url, '--storage', plane.home);
  renameSync(`${pathOf(digest)}.away`, pathOf(digest));
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain(`the model file ${pathOf(digest)} is missing; it is adder version 2, model.onnx`);
  expect(existsSync(target)).toBe(false);
  expect(readdirSync(join(plane.home, 'incoming')).filter((name) => name.startsWith('backup-'))).toEqual([]);
});

test('a restore whose database was committed and whose tokens could not be placed is made whole by the same command', async () => {
  const home = join(folder, 'half-placed');
  const words = ['restore', file, '--database-url', await latest.createDatabase(), '--home', home];
  await done(...words);
  const token = join(home, 'gateway-token');
  // The first backup was made where there are no tokens; this one holds one.
  const full = join(folder, 'full.backup');
  writeFileSync(token, 'the gateway of before, long enough\n', { mode: 0o600 });
  await done('backup', full, ...words.slice(2));
  rmSync(token);
  mkdirSync(token);
  const again = ['restore', full, ...words.slice(2), '--replace', '--yes'];
  expect((await run(...again)).code).not.toBe(0);
  expect(existsSync(join(home, 'restoring'))).toBe(true);
  rmSync(token, { recursive: true });
  await done(...again);
  expect(readFileSync(token, 'utf8')).toBe('the gateway of before, long enough\n');
  expect(existsSync(join(home, 'restoring'))).toBe(false);
});

test('replacing a database asks by its name, and says that it is lost', async () => {
  const home = join(folder, 'unconfirmed');
  const asked = await run(
    'restore',
    file,
    '--database-url',
    'postgres://me:secret@db.example:5433/ai',
    '--home',
    home,
    '--replace',
  );
  expect([asked.code, asked.stderr]).toEqual([
    2,
    expect.stringContaining('what the database db.example:5433/ai holds, which is lost for good'),
  ]);
  expect(asked.stderr).not.toContain('secret');
});

test('--keep needs a folder, and nothing is written without one', async () => {
  const target = join(folder, 'no-such-folder');
  const refused = await run('backup', target, '--database-url', url, '--storage', plane.home, '--keep', '3');
  expect([refused.code, refused.stderr]).toEqual([
    2,
    expect.stringContaining(`--keep needs a folder, and ${target} is none`),
  ]);
  expect(existsSync(target)).toBe(false);
});

test('a backup that is ended by a signal leaves nothing', async () => {
  const pool = openTestPool(url);
  const holding = await pool.pg.connect();
  await holding.query('begin; lock table models in access exclusive mode');
  const target = join(folder, 'ended.backup');
  const main = join(repository, 'apps/cli/src/main.ts');
  const words = [main, 'backup', target, '--database-url', url, '--storage', plane.home];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'ignore', 'pipe'] });
  const stderr = text(child.stderr);
  const ended = once(child, 'exit');
  await until('the backup waits for the table', 30_000, async () => {
    const waiting = await pool.pg.query(
      "select from pg_stat_activity where application_name = 'cluster-ai-backup' and wait_event_type = 'Lock'",
    );
    return waiting.rows.length > 0;
  });
  child.kill('SIGTERM');
  await holding.query('rollback');
  holding.release();
  expect([(await ended)[0], await stderr]).toEqual([1, expect.stringContaining('the backup was ended by SIGTERM')]);
  await pool.close();
  expect(readdirSync(folder).filter((name) => name.startsWith('ended'))).toEqual([]);
  expect(readdirSync(join(plane.home, 'incoming')).filter((name) => name.startsWith('backup-'))).toEqual([]);
});

test('a wrong address and an empty database are told in a sentence', async () => {
  const nobody = await run('backup', join(folder, 'x'), '--database-url', 'postgres://a:b@127.0.0.1:9/x');
  expect([nobody.code, nobody.stderr]).toEqual([1, expect.stringContaining('the database cannot be reached')]);
  const empty = await run('backup', join(folder, 'x'), '--database-url', await old.createDatabase());
  expect(empty.stderr).toContain('the database holds no tables of Cluster AI: there is nothing to back up');
  const nothing = await run('backup', join(folder, 'x'), '--home', join(folder, 'nowhere'));
  expect(nothing.stderr).toContain('there is no database in');
  const short = join(folder, 'short.key');
  writeFileSync(short, 'short\n');
  const weak = await run('backup', join(folder, 'x'), '--database-url', url, '--key-file', short);
  expect([weak.code, weak.stderr]).toEqual([2, expect.stringContaining('has 5 characters: 16 to 4096 are needed')]);
});
