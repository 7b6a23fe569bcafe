import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startPostgres } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import type { PostgresServer } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';

const program = join(import.meta.dirname, '../../apps/control-plane/src/main.ts');
const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'cluster-ai-migrate-'));
let postgres: PostgresServer;

beforeAll(async () => {
  postgres = await startPostgres(18);
});
afterAll(async () => {
  await postgres.remove();
  rmSync(folder, { recursive: true });
});

/** As the Job of the chart does: a file with the address, and variables that the image sets for the program that serves. */
async function migrate(url: string): Promise<string> {
  const file = join(folder, 'database-url');
  writeFileSync(file, url);
  const env = { PATH: process.env['PATH'], DATABASE_URL_FILE: file, CLUSTER_AI_CONTROL_PLANE_HTTP_HOST: '0.0.0.0' };
  const words = ['migrate', '--database.statementTimeoutMs', '300000'];
  return (await run(process.execPath, [program, ...words], { env })).stdout;
}

test('migrate brings a database up with its address alone, ends, and has nothing to do the second time', async () => {
  const url = await postgres.createDatabase();
  expect(await migrate(url)).toMatch(/"migrations":\["0001_[^\]]+\].*the database is up to this program/);
  expect(await migrate(url)).toMatch(/"migrations":\[\].*the database is up to this program/);
});

test('a setting that is none of the database is refused', async () => {
  const words = ['migrate', '--http.port', '3000'];
  await expect(run(process.execPath, [program, ...words], { env: { PATH: process.env['PATH'] } })).rejects.toThrow(
    /unknown setting http\.port/,
  );
});
