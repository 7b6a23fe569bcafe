import { startPostgres } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import type { PostgresServer } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestPool } from '@cluster-ai/testkit/postgres/test-pool.ts';
import type { Pool } from './pool.ts';
import { readTransaction, writeTransaction } from './transaction.ts';

const statementTimeoutMs = 60_000;
let server: PostgresServer;
let pool: Pool;

beforeAll(async () => {
  server = await startPostgres(18);
  pool = openTestPool(await server.createDatabase(), { connectTimeoutMs: 1_000, statementTimeoutMs });
});

afterAll(async () => {
  server.thaw();
  await pool.close();
  await server.remove();
});

function ask(text: string, on = pool): Promise<unknown> {
  const query = sql.raw(text);
  return readTransaction(on.kysely(), { statementTimeoutMs }, (transaction) => query.execute(transaction));
}

async function untilItAnswers(): Promise<void> {
  while (!(await ask('select 1').catch(() => false))) await new Promise((resolve) => setTimeout(resolve, 50));
}

test('a server that is frozen is noticed long before the limit of a statement, and its return at once', async () => {
  await untilItAnswers();
  server.freeze();
  const beganMs = performance.now();
  await expect(ask('select 1')).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
  const noticedMs = performance.now() - beganMs;
  await expect(ask('select 1')).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
  const againMs = performance.now() - beganMs - noticedMs;
  server.thaw();
  const thawedMs = performance.now();
  await untilItAnswers();
  const backMs = performance.now() - thawedMs;
  console.log(
    `frozen: noticed after ${Math.round(noticedMs)} ms, then at once (${Math.round(againMs)} ms); back after ${Math.round(backMs)} ms`,
  );
  expect(noticedMs).toBeLessThan(15_000);
  expect(againMs).toBeLessThan(1_000);
  expect(backMs).toBeLessThan(15_000);
});

test('a commit that was on its way when the server froze is said to be uncertain', async () => {
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const { promise: frozen, resolve: freeze } = Promise.withResolvers<void>();
  const writing = writeTransaction(pool.kysely(), { statementTimeoutMs }, async (transaction) => {
    await sql`create table frozen (id int)`.execute(transaction);
    begin();
    await frozen;
  });
  await begun;
  server.freeze();
  freeze();
  await expect(writing).rejects.toMatchObject({ message: expect.stringContaining('may or may not be kept') });
  server.thaw();
  await untilItAnswers();
});

test('a query that is slow while the server answers others goes on', async () => {
  // A machine that does other work answers late as well.
  const url = String(pool.pg.options.connectionString);
  const patient = openTestPool(url, { connectTimeoutMs: 3_000, statementTimeoutMs });
  const beganMs = performance.now();
  try {
    // Longer than the limit after which the server is asked for a sign of life, twice.
    await ask('select pg_sleep(7)', patient);
    expect(performance.now() - beganMs).toBeGreaterThan(6_000);
  } finally {
    await patient.close();
  }
});
