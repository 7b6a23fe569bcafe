import { createHash } from 'node:crypto';
import type { SignedSnapshot } from '@cluster-ai/contract/snapshot.ts';
import { sql } from 'kysely';
import type { Query } from '../../database/change.ts';
import { selectKeysForGateways } from '../keys/index.ts';
import { buildSnapshot } from './build-snapshot.ts';
import type { SnapshotSource } from './build-snapshot.ts';
import { withPolicyVersions } from './policy-versions.ts';

export interface StoredSnapshot extends SignedSnapshot {
  readonly epoch: string;
  readonly version: number;
  readonly createdAtMs: number;
}

/** The present snapshot when a change began. */
interface Head {
  readonly epoch: string;
  readonly snapshotVersion: number;
  readonly at: Date;
}

/**
 * Makes the next snapshot of what the tables say now, unless it would say the same as the present one.
 * The caller holds the lock on the installation. @returns null when nothing that gateways need has changed.
 */
export async function writeSnapshot(query: Query, head: Head): Promise<StoredSnapshot | null> {
  const state = await readState(query);
  const present = await selectSnapshot(query, head.epoch, head.snapshotVersion);
  if (present !== null && sameState(present, state)) return null;
  const version = head.snapshotVersion + 1;
  const text = JSON.stringify(buildSnapshot({ ...state, epoch: head.epoch, version, createdAtMs: head.at.getTime() }));
  const sha256 = createHash('sha256').update(text).digest('hex');
  await query
    .insertInto('snapshots')
    .values({ epoch: head.epoch, version, text, sha256, created_at: head.at })
    .execute();
  await query.updateTable('installation').set({ snapshot_version: version }).execute();
  return { epoch: head.epoch, version, text, sha256, createdAtMs: head.at.getTime() };
}

/** Writes the state under the number and time of the present snapshot: equal texts mean an equal state. */
function sameState(present: StoredSnapshot, state: SnapshotState): boolean {
  const again = buildSnapshot({
    ...state,
    epoch: present.epoch,
    version: present.version,
    createdAtMs: present.createdAtMs,
  });
  return JSON.stringify(again) === present.text;
}

export async function selectSnapshot(query: Query, epoch: string, version: number): Promise<StoredSnapshot | null> {
  const row = await query
    .selectFrom('snapshots')
    .selectAll()
    .where('epoch', '=', epoch)
    .where('version', '=', String(version))
    .executeTakeFirst();
  if (row === undefined) return null;
  return {
    epoch: row.epoch,
    version: Number(row.version),
    text: row.text,
    sha256: row.sha256,
    createdAtMs: row.created_at.getTime(),
  };
}

export async function selectHead(query: Query): Promise<{ epoch: string; version: number }> {
  const row = await query.selectFrom('installation').select(['epoch', 'snapshot_version']).executeTakeFirstOrThrow();
  return { epoch: row.epoch, version: Number(row.snapshot_version) };
}

/** Removes all but the newest `keep` snapshots. @returns how many were removed. */
export async function deleteOldSnapshots(query: Query, keep: number): Promise<number> {
  const head = await selectHead(query);
  const result = await query
    .deleteFrom('snapshots')
    .where('epoch', '=', head.epoch)
    .where('version', '<=', String(head.version - keep))
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}

type SnapshotState = Pick<SnapshotSource, 'models' | 'routes' | 'keys' | 'tokenIssuers'>;

/** Every route with the versions that gateways shall hold for it. */
async function selectRoutes(query: Query) {
  const columns = ['name', 'policy', 'variants', 'sticky_header', 'unloaded'] as const;
  const routes = await query.selectFrom('routes').select(columns).execute();
  const models = [...new Set(routes.flatMap(({ policy }) => (policy.kind === 'latest' ? [policy.model] : [])))];
  const rows = await query
    .selectFrom('model_versions')
    .select(['model', 'version', 'settings'])
    .where('model', '=', (is) => is.fn.any(is.val(models)))
    .where(sql<boolean>`exists (select from model_versions as other where other.model = model_versions.model
      and other.settings->'configuration'->>'versionPolicy' is not null)`)
    .execute();
  const versionsOf = Map.groupBy(rows, ({ model }) => model);
  return routes.map((route) => {
    const versions = versionsOf.get(route.policy.kind === 'latest' ? route.policy.model : '') ?? [];
    const serving = versions.find(({ version }) => version === route.variants[0]?.version);
    const numbers = versions.map(({ version }) => version);
    const { name, sticky_header, unloaded, policy } = route;
    const variants = withPolicyVersions(policy, route.variants, serving?.settings, numbers);
    return { name, sticky_header, unloaded, variants };
  });
}

async function readState(query: Query): Promise<SnapshotState> {
  const routes = await selectRoutes(query);
  const used = routes.flatMap((route) => route.variants);
  const isUsed = sql<boolean>`(model, version) in (select * from unnest(
    ${used.map(({ model }) => model)}::text[], ${used.map(({ version }) => version)}::integer[]))`;
  const versions = await query.selectFrom('model_versions').selectAll().where(isUsed).execute();
  const files = await query.selectFrom('model_files').selectAll().where(isUsed).execute();
  const issuers = await query.selectFrom('token_issuers').select(['id', 'public_key']).execute();
  const keys = await selectKeysForGateways(query);
  const filesOf = Map.groupBy(files, (file) => `${file.model}@${file.version}`);
  return {
    routes: routes.map((route) => ({
      name: route.name,
      stickyHeader: route.sticky_header,
      variants: route.variants,
      unloaded: route.unloaded,
    })),
    models: versions.map((row) => ({
      name: row.model,
      version: row.version,
      digest: row.digest,
      files: (filesOf.get(`${row.model}@${row.version}`) ?? []).map(({ path, sha256, size }) => ({
        path,
        sha256,
        size: Number(size),
      })),
      // PostgreSQL gives the keys of jsonb in an order of its own, always the same: texts stay comparable.
      signature: row.signature,
      settings: row.settings,
      resets: row.resets === 0 ? undefined : row.resets,
    })),
    keys,
    tokenIssuers: issuers.map((row) => ({ id: row.id, publicKey: row.public_key })),
  };
}
