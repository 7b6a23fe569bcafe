import { ClusterError } from '@cluster-ai/core/errors.ts';
import { assertModelName } from '@cluster-ai/core/names/model-name.ts';
import type { Change, Query } from '../../database/change.ts';
import { deleteRoute, releaseVersion, routesUsing } from '../routes/index.ts';
import { selectModel } from './store.ts';
import type { ModelRecord, VersionRecord } from './store.ts';

/** @throws ClusterError MODEL_NOT_FOUND. */
export async function existingModel(query: Query, name: string): Promise<ModelRecord> {
  const record = await selectModel(query, name);
  if (record !== null) return record;
  throw new ClusterError('MODEL_NOT_FOUND', `there is no model '${name}'`);
}

function existingVersion(record: ModelRecord, version: number): VersionRecord {
  const found = record.versions.find((candidate) => candidate.row.version === version);
  if (found !== undefined) return found;
  throw new ClusterError('MODEL_NOT_FOUND', `model '${record.model.name}' has no version ${version}`);
}

/**
 * Removes a model, its versions, aliases and own route. @returns how many versions it had.
 * @throws ClusterError CONFLICT when another route uses it, or a watched folder would bring it back.
 */
export async function deleteModel(change: Change, name: string, watched: boolean): Promise<number> {
  const record = await existingModel(change.query, name);
  for (const version of record.versions) assertNotWatched(version, watched);
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
    versions: record.versions.map(({ row }) => ({ version: row.version, digest: row.digest })),
  });
  return record.versions.length;
}

/** @throws ClusterError CONFLICT when a route or an alias points at it, or a watched folder would bring it back. */
export async function deleteVersion(change: Change, name: string, version: number, watched: boolean): Promise<void> {
  const record = await existingModel(change.query, name);
  const found = existingVersion(record, version);
  assertNotWatched(found, watched);
  const users = await routesUsing(change, name, version);
  if (users.length > 0) {
    throw new ClusterError('CONFLICT', `version ${version} of model '${name}' is used by ${routeList(users)}`, {
      fix: 'move the traffic to another version first',
    });
  }
  const alias = Object.entries(record.aliases).find(([, target]) => target === version)?.[0];
  if (alias !== undefined) {
    throw new ClusterError('CONFLICT', `the alias '${alias}' points at version ${version} of model '${name}'`, {
      fix: 'point it elsewhere, or delete it first',
    });
  }
  await removeVersion(change, found);
}

/**
 * Takes out a version whose files are gone from a watched folder, and the model with its last version.
 * @returns the routes that still need it; it stays then.
 */
export async function retireVersion(change: Change, name: string, version: number): Promise<string[]> {
  const record = await existingModel(change.query, name);
  const found = existingVersion(record, version);
  const users = await releaseVersion(change, name, version);
  if (users.length > 0) return users;
  await change.query.deleteFrom('model_aliases').where('model', '=', name).where('version', '=', version).execute();
  await removeVersion(change, found);
  if (record.versions.length === 1) {
    await change.query.deleteFrom('models').where('name', '=', name).execute();
    change.record('model.delete', name, { versions: [] });
  }
  return [];
}

async function removeVersion(change: Change, { row }: VersionRecord): Promise<void> {
  await change.query
    .deleteFrom('model_versions')
    .where('model', '=', row.model)
    .where('version', '=', row.version)
    .execute();
  change.record('version.delete', row.model, { version: row.version, digest: row.digest, source: row.source });
}

export async function setAlias(change: Change, name: string, alias: string, version: number): Promise<void> {
  assertModelName(alias, 'alias');
  const record = await existingModel(change.query, name);
  existingVersion(record, version);
  if (record.aliases[alias] === version) return;
  await change.query
    .insertInto('model_aliases')
    .values({ model: name, alias, version })
    .onConflict((conflict) => conflict.columns(['model', 'alias']).doUpdateSet({ version }))
    .execute();
  change.record('alias.set', name, { alias, version });
}

export async function deleteAlias(change: Change, name: string, alias: string): Promise<void> {
  const record = await existingModel(change.query, name);
  const version = record.aliases[alias];
  if (version === undefined) throw new ClusterError('NOT_FOUND', `model '${name}' has no alias '${alias}'`);
  await change.query.deleteFrom('model_aliases').where('model', '=', name).where('alias', '=', alias).execute();
  change.record('alias.delete', name, { alias, version });
}

function assertNotWatched({ row }: VersionRecord, watched: boolean): void {
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
