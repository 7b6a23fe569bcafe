import { setTimeout as delay } from 'node:timers/promises';
import { keyActions } from '@cluster-ai/core/access/roles.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { Migration } from '@cluster-ai/platform/postgres/migrate.ts';
import { migrate } from '@cluster-ai/platform/postgres/migrate.ts';
import type { Pool } from '@cluster-ai/platform/postgres/pool.ts';
import { readTransaction, writeTransaction } from '@cluster-ai/platform/postgres/transaction.ts';
import { chainOldEntries } from '../features/audit/index.ts';
import { recordDataOperations } from '../features/data-operations/index.ts';
import { selectHead } from '../features/snapshots/index.ts';
import { selectSettings } from '../features/settings/index.ts';
import { importExamples } from '../features/sources/index.ts';
import { registerIssuer } from '../identity/token-issuers.ts';
import type { Plane } from '../plane.ts';
import { claimStorage } from '../storage/storage-owner.ts';
import type { Change } from './change.ts';
import type { Tables } from './tables.ts';

const retryMs = 500;

/**
 * Runs the migrations, chains audit entries of before the chain, opens the store, records a restore, makes the admin token known to gateways and imports the example models. While the database is away it tries
 * again: the process lives on and says so in /readyz.
 * @throws ClusterError CONFLICT or PREREQUISITE_MISSING when the database cannot be used by this program.
 */
export async function prepareDatabase(
  plane: Plane,
  pool: Pool,
  migrations: readonly Migration[],
  signal: AbortSignal,
): Promise<void> {
  for (let attempt = 1; !signal.aborted; attempt += 1) {
    try {
      const applied = await migrate(pool.pg, migrations);
      if (applied.length > 0) plane.log.info({ migrations: applied }, 'database migrated');
      await claimOwnStorage(plane, pool);
      await chainOld(plane, pool);
      // Before anybody is served: a session must not end by a default that was changed.
      await plane.settings.refresh(() => readTransaction(pool.kysely<Tables>(), pool, selectSettings));
      plane.store.open();
      await recordDataOperations(plane.store);
      await plane.store.change({ actor: 'system', requestId: 'start' }, async (change) => {
        await writeAdminKey(change, plane.tokens.adminSha256);
        await registerIssuer(change, plane.identity.issuer);
      });
      await importExamples(plane);
      // Gateways may be waiting already; the present snapshot may be one of another process.
      await plane.feed.next({ epoch: '', version: -1 }, 0, signal);
      return;
    } catch (error) {
      if (!(error instanceof ClusterError) || error.code !== 'DATABASE_UNAVAILABLE') throw error;
      if (attempt === 1) plane.log.warn({ error }, 'the database cannot be reached; trying again');
      await delay(retryMs, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** A folder of this control plane alone needs no name on it. */
async function claimOwnStorage({ config }: Plane, pool: Pool): Promise<void> {
  const { folder } = config.storage;
  if (folder === undefined) return;
  const { epoch } = await readTransaction(pool.kysely<Tables>(), pool, selectHead);
  await claimStorage(folder, epoch);
}

/** Before anything can be changed: new entries follow the old ones. */
async function chainOld(plane: Plane, pool: Pool): Promise<void> {
  const database = pool.kysely<Tables>();
  const chained = await chainOldEntries((work) => writeTransaction(database, pool, work));
  if (chained > 0) plane.log.info({ entries: chained }, 'audit entries of before the upgrade were given their hashes');
}

/** The admin token may also predict: gateways know it by its hash. */
async function writeAdminKey(change: Change, sha256: string): Promise<void> {
  const present = await change.query
    .selectFrom('access_keys')
    .select('sha256')
    .where('id', '=', 'admin')
    .executeTakeFirst();
  if (present?.sha256 === sha256) return;
  const values = { sha256, actions: [...keyActions] };
  await change.query
    .insertInto('access_keys')
    .values({ id: 'admin', ...values })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(values))
    .execute();
  change.record(present === undefined ? 'key.create' : 'key.change', 'admin', { actions: values.actions });
}
