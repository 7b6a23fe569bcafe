import { modelAliasesMax, shownVersionsMax } from '@cluster-ai/contract/api/models.ts';
import type { Lineage } from '@cluster-ai/contract/api/models.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { assertModelName } from '@cluster-ai/core/names/model-name.ts';
import type { Change, Query } from '../../database/change.ts';
import { deleteRoute, releaseVersion, routesUsing } from '../routes/index.ts';
import { selectAlias, selectModel, selectVersion, selectVersions, touchModel } from './store.ts';
import type { ModelRecord, VersionRecord, VersionRow } from './store.ts';

/** Versions that the audit entry of a deleted model names. */
const auditedVersionsMax = 100;

/** @throws ClusterError MODEL_NOT_FOUND. */
export async function existingModel(query: Query, name: string): Promise<ModelRecord> {
  const record = await selectModel(query, name, shownVersionsMax);
  if (record !== null) return record;
  throw noModel(name);
}

/** @throws ClusterError MODEL_NOT_FOUND. */
export async function assertModelExists(query: Query, name: string): Promise<void> {
  const row = await query.selectFrom('models').select('name').where('name', '=', name).executeTakeFirst();
  if (row === undefined) throw noModel(name);
}

function noModel(name: string): ClusterError {
  return new ClusterError('MODEL_NOT_FOUND', `there is no model '${name}'`);
}

/** @throws ClusterError MODEL_NOT_FOUND. */
export async function existingVersion(query: Query, name: string, version: number): Promise<VersionRecord> {
  const found = await selectVersion(query, name, version);
  if (found !== null) return found;
  await assertModelExists(query, name);
  throw new ClusterError('MODEL_NOT_FOUND', `model '${name}' has no version ${version}`);
}

/** The same description again changes nothing. */
export async function updateModel(change: Change, name: string, description: string): Promise<void> {
  const { model } = await existingModel(change.query, name);
  if (model.description === description) return;
  await change.query.updateTable('models').set({ description }).where('name', '=', name).execute();
  await touchModel(change, name);
  change.record('model.change', name, { description });
}

export interface VersionChange {
  readonly notes?: string | undefined;
  readonly lineage?: Lineage | undefined;
}

/** Changes what people say about a version; what it is made of never changes. */
export async function updateVersion(
  change: Change,
  name: string,
  version: number,
  wanted: VersionChange,
): Promise<void> {
  const { row } = await existingVersion(change.query, name, version);
  const notes = wanted.notes ?? row.notes;
  const lineage = wanted.lineage ?? row.lineage;
  if (notes === row.notes && sameLineage(lineage, row.lineage)) return;
  await change.query
    .updateTable('model_versions')
    .set({
      notes,
      lineage: JSON.stringify(lineage),
      revision: row.revision + 1,
      updated_at: change.at,
      updated_by: change.by.actor,
    })
    .where('model', '=', name)
    .where('version', '=', version)
    .execute();
  change.record('version.change', name, { version, ...wanted });
}

/** Gateways see another number in their next snapshot, and load the version as if they had never seen it. */
export async function resetVersion(change: Change, name: string, version: number): Promise<void> {
  const { row } = await existingVersion(change.query, name, version);
  const resets = row.resets + 1;
  await change.query
    .updateTable('model_versions')
    .set({ resets })
    .where('model', '=', name)
    .where('version', '=', version)
    .execute();
  change.record('version.reset', name, { version, resets });
}

function sameLineage(a: Lineage, b: Lineage): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && a[key] === b[key]);
}

/**
 * Removes a model, its versions, aliases and own route. @returns how many versions it had.
 * @throws ClusterError CONFLICT when another route uses it, or a watched folder would bring it back.
 */
export async function deleteModel(change: Change, name: string, watched: boolean): Promise<number> {
  await assertModelExists(change.query, name);
  const versions = await selectVersions(change.query, name);
  for (const version of versions) assertNotWatched(version, watched);
  const users = await routesUsing(change, name, null);
  const others = users.filter((route) => route !== name);
  if (others.length > 0) {
    throw new ClusterError('CONFLICT', `model '${name}' is used by ${routeList(others)}`, {
      fix: 'change or delete them first',
    });
  }
  if (users.includes(name)) await deleteRoute(change, name);
  await change.query.deleteFrom('model_aliases').where('model', '=', name).execute();
  await change.query.deleteFrom('models').where('name', '=', name).execute();
  change.record('model.delete', name, {
    versionCount: versions.length,
    versions: versions.slice(0, auditedVersionsMax).map(({ version, digest }) => ({ version, digest })),
  });
  return versions.length;
}

/** @throws ClusterError CONFLICT when a route or an alias points at it, or a watched folder would bring it back. */
export async function deleteVersion(change: Change, name: string, version: number, watched: boolean): Promise<void> {
  const { row } = await existingVersion(change.query, name, version);
  assertNotWatched(row, watched);
  const users = await routesUsing(change, name, version);
  if (users.length > 0) {
    throw new ClusterError('CONFLICT', `version ${version} of model '${name}' is used by ${routeList(users)}`, {
      fix: 'move the traffic to another version first',
    });
  }
  const { aliases } = await existingModel(change.query, name);
  const alias = Object.entries(aliases).find(([, target]) => target === version)?.[0];
  if (alias !== undefined) {
    throw new ClusterError('CONFLICT', `the alias '${alias}' points at version ${version} of model '${name}'`, {
      fix: 'point it elsewhere, or delete it first',
    });
  }
  await removeVersion(change, row);
}

/**
 * Takes out a version whose files are gone from a watched folder, and the model with its last version.
 * @returns the routes that still need it; it stays then.
 */
export async function retireVersion(change: Change, name: string, version: number): Promise<string[]> {
  const { row } = await existingVersion(change.query, name, version);
  const users = await releaseVersion(change, name, version);
  if (users.length > 0) return users;
  const { aliases, versionCount } = await existingModel(change.query, name);
  for (const [alias, target] of Object.entries(aliases)) {
    if (target === version) await deleteAlias(change, name, alias);
  }
  await removeVersion(change, row);
  if (versionCount === 1) {
    await change.query.deleteFrom('models').where('name', '=', name).execute();
    change.record('model.delete', name, { versionCount: 0, versions: [] });
  }
  return [];
}

async function removeVersion(change: Change, row: VersionRow): Promise<void> {
  await change.query
    .deleteFrom('model_versions')
    .where('model', '=', row.model)
    .where('version', '=', row.version)
    .execute();
  await touchModel(change, row.model);
  change.record('version.delete', row.model, { version: row.version, digest: row.digest, source: row.source });
}

/** @throws ClusterError CONFLICT when the model has as many aliases as it may. */
export async function setAlias(change: Change, name: string, alias: string, version: number): Promise<void> {
  assertModelName(alias, 'alias');
  await existingVersion(change.query, name, version);
  const previous = await selectAlias(change.query, name, alias);
  if (previous === version) return;
  const { aliases } = await existingModel(change.query, name);
  if (previous === null && Object.keys(aliases).length >= modelAliasesMax) {
    throw new ClusterError('CONFLICT', `model '${name}' has ${modelAliasesMax} aliases, the most that there may be`);
  }
  await change.query
    .insertInto('model_aliases')
    .values({ model: name, alias, version })
    .onConflict((conflict) => conflict.columns(['model', 'alias']).doUpdateSet({ version }))
    .execute();
  await noteAliasMove(change, { model: name, alias, version, previous });
  change.record('alias.set', name, { alias, version, previous });
}

export async function deleteAlias(change: Change, name: string, alias: string): Promise<void> {
  await assertModelExists(change.query, name);
  const version = await selectAlias(change.query, name, alias);
  if (version === null) throw new ClusterError('NOT_FOUND', `model '${name}' has no alias '${alias}'`);
  await change.query.deleteFrom('model_aliases').where('model', '=', name).where('alias', '=', alias).execute();
  await noteAliasMove(change, { model: name, alias, version: null, previous: version });
  change.record('alias.delete', name, { alias, version });
}

interface AliasMove {
  readonly model: string;
  readonly alias: string;
  readonly version: number | null;
  readonly previous: number | null;
}

async function noteAliasMove(change: Change, move: AliasMove): Promise<void> {
  await change.query
    .insertInto('alias_history')
    .values({ ...move, at: change.at, actor: change.by.actor })
    .execute();
  await touchModel(change, move.model);
}

function assertNotWatched(row: VersionRow, watched: boolean): void {
  if (!watched || row.source !== 'repository') return;
  throw new ClusterError(
    'CONFLICT',
    `version ${row.version} of model '${row.model}' comes from the model repository folder, which would bring it back`,
    {
      fix: `remove ${row.model}/${row.version} from that folder`,
    },
  );
}

function routeList(names: readonly string[]): string {
  return `${names.length === 1 ? 'route' : 'routes'} ${names.map((name) => `'${name}'`).join(', ')}`;
}
