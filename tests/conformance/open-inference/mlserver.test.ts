import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { repository } from '../../start-platform.ts';
import { expectAllCases } from './expect-all-cases.ts';
import { differencesPage } from './mlserver/differences-page.ts';
import { startMlServer, type MlServer } from './mlserver/start-mlserver.ts';
import { serverUnderTest, type ServerUnderTest } from './server.ts';

const page = join(repository, 'docs/reference/mlserver-differences.md');
let servers: { readonly ours: ServerUnderTest; readonly theirs: MlServer } | undefined;

function running(): NonNullable<typeof servers> {
  if (servers === undefined) throw new Error('the servers were not started');
  return servers;
}

beforeAll(async () => {
  const [ours, theirs] = await Promise.all([serverUnderTest(), startMlServer()]);
  servers = { ours, theirs };
});

afterAll(async () => {
  await Promise.all([servers?.ours.stop(), servers?.theirs.stop()]);
});

test('the same requests have the same answers, in JSON, in binary and over gRPC', async () => {
  const { ours, theirs } = running();
  await expectAllCases('python', 'mlserver/same_answers.py', ours, [theirs.url, theirs.grpcAddress]);
});

test('the page says how the two refuse what they refuse', async () => {
  const { ours, theirs } = running();
  const found = await differencesPage(ours.url, theirs.url);
  if (process.env['WRITE_PAGES'] === '1') await writeFile(page, found);
  expect(await readFile(page, 'utf8')).toBe(found);
});
