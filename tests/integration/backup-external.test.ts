import { existsSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import { listModels } from '@cluster-ai/contract/api/models.ts';
import { startPostgres } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import type { PostgresServer } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCli } from '../run-cli.ts';
import type { CliResult } from '../run-cli.ts';
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
  // What it prints is compared with what is expected, field by field.
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
  const made = await done('backup', file, '--database-url', url, '--storage', plane.home);
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
