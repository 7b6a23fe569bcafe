import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '@cluster-ai/core/ports/random.ts';
import { startPostgres } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import type { Pool } from '@cluster-ai/platform/postgres/pool.ts';
import { openTestPool } from '@cluster-ai/testkit/postgres/test-pool.ts';
import { pause, startPlatform, until } from '../../start-platform.ts';
import { activities } from './activities.ts';
import { whatIsLeft } from './after-the-day.ts';
import { planDay, type ActivityName } from './day.ts';
import { judgeGrowth, type Growth } from './growth.ts';
import { pushHeavyModel } from './heavy-model.ts';
import { predictAllDay, type PredictionCounts } from './predictions.ts';
import { pushSoakVersion, soakAnswers } from './soak-model.ts';
import { startWatch, type Watch } from './watch.ts';
import { makeWorld, type World } from './world.ts';

export interface SoakOptions {
  readonly minutes: number;
  /** Of a day's activities. */
  readonly share: number;
  readonly predictionsPerSecond: number;
  readonly seed: number;
  /** Ends the run early: it stops what it started, and throws. */
  readonly signal?: AbortSignal;
  /** Told what happens while it happens. */
  readonly say: (line: string) => void;
}

export interface SoakReport {
  readonly predictions: PredictionCounts;
  readonly done: Readonly<Partial<Record<ActivityName, number>>>;
  /** Wrong answers, and errors that nothing explains. */
  readonly complaints: readonly string[];
  readonly growth: readonly Growth[];
  readonly rows: Readonly<Record<string, number>>;
  readonly tooMuch: readonly string[];
}

/** A day of a platform in some minutes: everything that people and programs do, and afterwards what is left of it. */
export async function runSoak(options: SoakOptions): Promise<SoakReport> {
  const postgres = await startPostgres(18);
  const home = await mkdtemp(join(tmpdir(), 'cluster-ai-soak-'));
  try {
    const databaseUrl = await postgres.createDatabase();
    const pool = openTestPool(databaseUrl, { connectionsMax: 1, applicationName: 'soak' });
    const database = pool.pg;
    try {
      const day = await liveADay(home, databaseUrl, database, options);
      options.say('the day is over; 200 days later:');
      const { rows, tooMuch } = await whatIsLeft(home, databaseUrl, database);
      return { ...day, rows, tooMuch };
    } finally {
      await pool.close();
    }
  } finally {
    await postgres.remove();
    await rm(home, { recursive: true, force: true });
  }
}

async function liveADay(
  home: string,
  databaseUrl: string,
  database: Pool['pg'],
  options: SoakOptions,
): Promise<Omit<SoakReport, 'rows' | 'tooMuch'>> {
  // The database's socket is in a folder of the user that it runs as.
  const flags = process.getuid?.() === 0 ? ['--user', 'nobody'] : [];
  const platform = await startPlatform({ home, env: { DATABASE_URL: databaseUrl }, flags });
  try {
    const world = makeWorld(platform, seededRandom(options.seed));
    await pushSoakVersion(world);
    await pushHeavyModel(world);
    await until('the first version answers', 60_000, () => soakAnswers(world), 250);
    const watch = startWatch(home, database);
    const lived = await Promise.race([live(world, watch, options), untilAborted(options.signal)]);
    const growth = watch.series.map((series) => judgeGrowth(series, series.allowance));
    return { ...lived, growth };
  } finally {
    await platform.stop();
  }
}

function untilAborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_resolve, reject) => {
    const end = (): void => reject(new Error('the run was ended early'));
    if (signal?.aborted === true) end();
    else signal?.addEventListener('abort', end, { once: true });
  });
}

async function live(
  world: World,
  watch: Watch,
  options: SoakOptions,
): Promise<Pick<SoakReport, 'predictions' | 'done' | 'complaints'>> {
  const startMs = performance.now();
  const durationMs = options.minutes * 60_000;
  const complaints: string[] = [];
  const complain = (what: string): void => {
    const minute = ((performance.now() - startMs) / 60_000).toFixed(1);
    complaints.push(`minute ${minute}: ${what}`);
    options.say(`  ! ${complaints.at(-1) ?? ''}`);
  };
  let killedAtMs = Number.NEGATIVE_INFINITY;
  const day = { startMs, endMs: startMs + durationMs, meanPerSecond: options.predictionsPerSecond };
  const predicting = predictAllDay(world, day, { killedAtMs: () => killedAtMs, complain });
  const watching = lookAround(watch, day.endMs, durationMs, options.say);
  const done = await doAll(world, planDay(durationMs, world.random, options.share), startMs, {
    complain,
    before: (name) => {
      if (name === 'killRunner') killedAtMs = performance.now();
    },
  });
  const [predictions] = await Promise.all([predicting, watching]);
  return { predictions, done, complaints };
}

interface Doing {
  readonly complain: (what: string) => void;
  readonly before: (name: ActivityName) => void;
}

/** Begins each activity at its time; those of one name follow one another. */
async function doAll(
  world: World,
  plan: ReturnType<typeof planDay>,
  startMs: number,
  { complain, before }: Doing,
): Promise<Partial<Record<ActivityName, number>>> {
  const done: Partial<Record<ActivityName, number>> = {};
  const lasts = new Map<ActivityName, Promise<void>>();
  for (const { name, atMs } of plan) {
    await pause(Math.max(0, startMs + atMs - performance.now()));
    const act = async (): Promise<void> => {
      before(name);
      try {
        await activities[name](world);
        done[name] = (done[name] ?? 0) + 1;
      } catch (error) {
        complain(`${name}: ${error instanceof Error ? error.message : String(error)}`);
      }
    };
    lasts.set(name, (lasts.get(name) ?? Promise.resolve()).then(act));
  }
  await Promise.all(lasts.values());
  return done;
}

/** Two hundred looks a run, and a line now and then. */
async function lookAround(watch: Watch, endMs: number, durationMs: number, say: (line: string) => void): Promise<void> {
  const everyMs = Math.max(1_000, durationMs / 200);
  for (let looks = 0; performance.now() < endMs; looks += 1) {
    await watch.look();
    if (looks % 20 === 0) {
      const shown = watch.series.filter(({ unit }) => unit === 'MiB' || unit === 'connections');
      say(shown.map(({ name, unit, points }) => `${name} ${points.at(-1)?.value.toFixed(0)} ${unit}`).join(', '));
    }
    await pause(everyMs);
  }
}
