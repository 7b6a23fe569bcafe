import { setTimeout as delay } from 'node:timers/promises';
import { controlPlaneConfigSchema } from '@cluster-ai/contract/config/control-plane.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { loadConfig } from '@cluster-ai/platform/config/load-config.ts';
import { parseProgramArguments } from '@cluster-ai/platform/config/program-arguments.ts';
import { createLogger } from '@cluster-ai/platform/log/log.ts';
import type { Logger } from '@cluster-ai/platform/log/log.ts';
import { migrate, readMigrations } from '@cluster-ai/platform/postgres/migrate.ts';
import type { Migration } from '@cluster-ai/platform/postgres/migrate.ts';
import { programFiles } from '@cluster-ai/platform/process/program-files.ts';
import { openPool } from '@cluster-ai/platform/postgres/pool.ts';
import type { Pool } from '@cluster-ai/platform/postgres/pool.ts';

const retryMs = 1_000;

const neededVariable = /^(?:CLUSTER_AI_CONTROL_PLANE_(?:DATABASE|LOG)_|DATABASE_URL)/;

/** A database that does not answer for this long is not coming up beside this program either. */
const waitMsMax = 240_000;

/**
 * `control-plane migrate`: brings the database up to this program and ends. It needs the settings of the database alone:
 * no token and no folder, so that it may run where there is neither.
 * @throws ClusterError CONFIG_INVALID, and what `migrate` throws; DATABASE_UNAVAILABLE after four minutes of trying.
 */
export async function migrateOnly(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const schema = controlPlaneConfigSchema.pick({ database: true, log: true });
  // Images and people set variables for the program that serves, and those are known, only not needed here.
  const own = Object.fromEntries(Object.entries(env).filter(([name]) => neededVariable.test(name)));
  const { value } = loadConfig({ program: 'control-plane', schema, env: own, ...parseProgramArguments(argv) });
  const log = createLogger({ program: 'control-plane', level: value.log.level });
  const migrations = await readMigrations(programFiles.migrations);
  const pool = openPool({
    url: value.database.url,
    connectionsMax: 1,
    connectTimeoutMs: value.database.connectTimeoutMs,
    statementTimeoutMs: value.database.statementTimeoutMs,
    applicationName: 'cluster-ai-migrate',
    onIdleError: (error) => log.info({ error }, 'a database connection ended'),
  });
  try {
    const applied = await migrateWhenReachable(pool, migrations, log);
    log.info({ migrations: applied, known: migrations.length }, 'the database is up to this program');
  } finally {
    await pool.close();
  }
}

async function migrateWhenReachable(pool: Pool, migrations: readonly Migration[], log: Logger): Promise<string[]> {
  const startedAtMs = performance.now();
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await migrate(pool.pg, migrations);
    } catch (error) {
      const isAway = error instanceof ClusterError && error.code === 'DATABASE_UNAVAILABLE';
      if (!isAway || performance.now() - startedAtMs > waitMsMax) throw error;
      if (attempt === 1) log.warn({ error }, 'the database cannot be reached; trying again');
      await delay(retryMs);
    }
  }
}
