import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Clock } from '@cluster-ai/core/ports/clock.ts';
import type { Pool } from '@cluster-ai/platform/postgres/pool.ts';
import { startPlane } from '../../integration/control-plane/fixture.ts';
import { pause } from '../../start-platform.ts';
import { filesIn } from './data-folder.ts';

const dayMs = 86_400_000;
/** More than the longest retention by default: known browsers are kept for months, the traffic history for 31 days. */
const laterMs = 200 * dayMs;

/** Jobs begin with the control plane; on a busy machine they take a while. */
const jobsWithinMs = 30_000;

/** What may be left of each table whose rows end by themselves. */
const rowsLeft: Readonly<Record<string, number>> = {
  sessions: 0,
  one_time_tokens: 0,
  oidc_flows: 0,
  known_browsers: 0,
  attempt_counters: 0,
  idempotency_keys: 0,
  uploads: 0,
  key_usage: 0,
  traffic_points: 0,
  traffic_measured: 0,
  traffic_series: 0,
  snapshots: 200,
};

export interface Left {
  readonly rows: Readonly<Record<string, number>>;
  /** Each says what is there beyond its time. */
  readonly tooMuch: readonly string[];
}

/**
 * Lets the control plane live 200 days after the run, and start twice: its jobs run at each start, with that clock, and what
 * one of them frees another one removes. Then nothing may be left that ends by itself, and the store holds the files of
 * the versions and no other.
 * @param home data folder of the platform, which has stopped
 */
export async function whatIsLeft(home: string, databaseUrl: string, database: Pool['pg']): Promise<Left> {
  // What a key has used is counted by the day of the database, whose clock no test moves: the counters are moved instead.
  await database.query('update key_usage set day = day - $1::integer', [laterMs / dayMs]);
  await afterStart(home, databaseUrl, async () => tooManyRows(await countRows(database)));
  const tooMuch = await afterStart(home, databaseUrl, async () => [
    ...tooManyRows(await countRows(database)),
    ...(await strayFiles(home, database)),
  ]);
  return { rows: await countRows(database), tooMuch };
}

/** @returns what is wrong, when the jobs have had time: nothing as soon as nothing is. */
async function afterStart(home: string, databaseUrl: string, wrong: () => Promise<string[]>): Promise<string[]> {
  const clock: Clock = { nowMs: () => performance.now(), wallMs: () => Date.now() + laterMs };
  const plane = await startPlane(databaseUrl, { home: join(home, 'control-plane'), clock });
  try {
    const endMs = performance.now() + jobsWithinMs;
    let tooMuch = await wrong();
    while (tooMuch.length > 0 && performance.now() < endMs) {
      await pause(250);
      tooMuch = await wrong();
    }
    return tooMuch;
  } finally {
    await plane.stop();
  }
}

async function countRows(database: Pool['pg']): Promise<Record<string, number>> {
  const { rows: tables } = await database.query<{ name: string }>(
    `select relname as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace order by relname`,
  );
  const counts: Record<string, number> = {};
  for (const { name } of tables) {
    const { rows } = await database.query<{ count: string }>(`select count(*) from public."${name}"`);
    counts[name] = Number(rows[0]?.count);
  }
  return counts;
}

function tooManyRows(rows: Readonly<Record<string, number>>): string[] {
  return Object.entries(rowsLeft).flatMap(([table, most]) => {
    const count = rows[table];
    if (count === undefined) return [`there is no table ${table} any more: name its rows in after-the-day.ts`];
    return count > most ? [`${count} rows of ${table} outlive their time, of ${most} that may stay`] : [];
  });
}

/** Files in the store that no version needs, files that a version needs and the store lacks, and uploads' folders. */
async function strayFiles(home: string, database: Pool['pg']): Promise<string[]> {
  const { rows } = await database.query<{ sha256: string }>('select distinct sha256 from model_files');
  const needed = new Set(rows.map(({ sha256 }) => sha256));
  const stored = new Set(filesIn(join(home, 'control-plane/files')).map((path) => basename(path)));
  const uploads = await readdir(join(home, 'control-plane/uploads')).catch(() => []);
  return [
    ...[...stored]
      .filter((digest) => !needed.has(digest))
      .map((digest) => `the file ${digest} is stored for no version`),
    ...[...needed]
      .filter((digest) => !stored.has(digest))
      .map((digest) => `the file ${digest} of a version is missing`),
    ...uploads.map((name) => `${name} of an upload is left`),
  ];
}
