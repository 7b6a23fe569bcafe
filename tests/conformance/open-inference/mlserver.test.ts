import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { repository } from '../../start-platform.ts';
import { expectAllCases } from './expect-all-cases.ts';
import { differencesPage } from './mlserver/differences-page.ts';
import { startMlServer, type MlServer } from './mlserver/start-mlserver.ts';
import { serverUnderTest, type ServerUnderTest } from './server.ts';

const page = join(repository, 'docs/reference/mlserver-differences.md');
let ours: ServerUnderTest | undefined;
let theirs: MlServer | undefined;

function running(): { readonly ours: ServerUnderTest; readonly theirs: MlServer } {
  if (ours === undefined || theirs === undefined) throw new Error('the servers were not started');
  return { ours, theirs };
}

beforeAll(async () => {
  theirs = await startMlServer();
  ours = await serverUnderTest();
});

afterAll(async () => {
  await Promise.all([ours?.stop(), theirs?.stop()]);
});

test('the same requests have the same answers, in JSON, in binary and over gRPC', async () => {
  const servers = running();
  await expectAllCases('python', 'mlserver/same_answers.py', servers.ours, [
    servers.theirs.url,
    servers.theirs.grpcAddress,
  ]);
});

test('the page says how the two refuse what they refuse', async () => {
  const servers = running();
  const found = await differencesPage(servers.ours.url, servers.theirs.url);
  if (process.env['WRITE_PAGES'] === '1') await writeFile(page, found);
  expect(await readFile(page, 'utf8')).toBe(found);
});
