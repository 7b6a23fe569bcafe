import type { ManifestFile } from '@cluster-ai/contract/manifest.ts';
import type { Route } from '@cluster-ai/contract/api/routes.ts';
import type { Selectable } from 'kysely';
import type { Change, Query } from '../../database/change.ts';
import type { Tables } from '../../database/tables.ts';
import { routesNamed, servedVersions } from '../routes/index.ts';

export type ModelRow = Selectable<Tables['models']>;
export type VersionRow = Selectable<Tables['model_versions']>;

/** A model with what is shown of what belongs to it. */
export interface ModelRecord {
  readonly model: ModelRow;
  readonly aliases: Readonly<Record<string, number>>;
  readonly versionCount: number;
  readonly lastVersionAt: Date | null;
  /** The newest, and those that a route serves; newest first. */
  readonly versions: readonly VersionRow[];
  /** The route with the model's name. */
  readonly route: Route | null;
}

export interface VersionRecord {
  readonly row: VersionRow;
  /** By path. */
  readonly files: readonly ManifestFile[];
}

/** @param newestMax how many of its newest versions it comes with. */
export async function selectModel(query: Query, name: string, newestMax: number): Promise<ModelRecord | null> {
  const model = await query.selectFrom('models').selectAll().where('name', '=', name).executeTakeFirst();
  return model === undefined ? null : ((await completeModels(query, [model], newestMax))[0] ?? null);
}

/** Adds to each model what belongs to it. */
export async function completeModels(
  query: Query,
  models: readonly ModelRow[],
  newestMax: number,
): Promise<ModelRecord[]> {
  if (models.length === 0) return [];
  const names = models.map((model) => model.name);
  const versions = Map.groupBy(await selectShownVersions(query, names, newestMax), (version) => version.model);
  const counts = await query
    .selectFrom('model_versions')
    .select((is) => ['model', is.fn.countAll<string>().as('count'), is.fn.max('created_at').as('last')])
    .where('model', 'in', names)
    .groupBy('model')
    .execute();
  const countOf = new Map(counts.map((row) => [row.model, row]));
  const rows = await query
    .selectFrom('model_aliases')
    .selectAll()
    .where('model', 'in', names)
    .orderBy('alias')
    .execute();
  const aliases = Map.groupBy(rows, (alias) => alias.model);
  const routes = await routesNamed(query, names);
  return models.map((model) => ({
    model,
    aliases: Object.fromEntries((aliases.get(model.name) ?? []).map(({ alias, version }) => [alias, version])),
    versionCount: Number(countOf.get(model.name)?.count ?? 0),
    lastVersionAt: countOf.get(model.name)?.last ?? null,
    versions: versions.get(model.name) ?? [],
    route: routes.get(model.name) ?? null,
  }));
}

/** Of each model the newest versions and those that a route serves, newest first. */
async function selectShownVersions(query: Query, names: readonly string[], newestMax: number): Promise<VersionRow[]> {
  const newest = await query
    .selectFrom('models')
    .innerJoinLateral(
      (is) =>
        is
          .selectFrom('model_versions')
          .selectAll()
          .whereRef('model_versions.model', '=', 'models.name')
          .orderBy('model_versions.version', 'desc')
          .limit(newestMax)
          .as('newest'),
      (join) => join.onTrue(),
    )
    .selectAll('newest')
    .where('models.name', 'in', [...names])
    .execute();
  const shown = new Set(newest.map(({ model, version }) => `${model}@${version}`));
  const others = (await servedVersions(query, names)).filter(({ model, version }) => !shown.has(`${model}@${version}`));
  if (others.length === 0) return newest;
  const served = await query
    .selectFrom('model_versions')
    .selectAll()
    .where((is) => is.or(others.map(({ model, version }) => is.and({ model, version }))))
    .execute();
  return [...newest, ...served].toSorted((a, b) => b.version - a.version);
}

export async function selectVersion(query: Query, model: string, version: number): Promise<VersionRecord | null> {
  const row = await query
    .selectFrom('model_versions')
    .selectAll()
    .where('model', '=', model)
    .where('version', '=', version)
    .executeTakeFirst();
  if (row === undefined) return null;
  const files = await query
    .selectFrom('model_files')
    .selectAll()
    .where('model', '=', model)
    .where('version', '=', version)
    .orderBy('path')
    .execute();
  return { row, files: files.map(({ path, sha256, size }) => ({ path, sha256, size: Number(size) })) };
}

/** Every version of a model, newest first, without its files. */
export async function selectVersions(query: Query, model: string): Promise<VersionRow[]> {
  return query.selectFrom('model_versions').selectAll().where('model', '=', model).orderBy('version', 'desc').execute();
}

/** Where an alias points; null when there is none. */
export async function selectAlias(query: Query, model: string, alias: string): Promise<number | null> {
  const row = await query
    .selectFrom('model_aliases')
    .select('version')
    .where('model', '=', model)
    .where('alias', '=', alias)
    .executeTakeFirst();
  return row?.version ?? null;
}

/** Notes that a model is not what it was: whoever has read it before cannot change it unawares. */
export async function touchModel(change: Change, name: string): Promise<void> {
  await change.query
    .updateTable('models')
    .set((is) => ({ revision: is('revision', '+', 1), updated_at: change.at, updated_by: change.by.actor }))
    .where('name', '=', name)
    .execute();
}

export async function countModels(query: Query): Promise<number> {
  const row = await query
    .selectFrom('models')
    .select((is) => is.fn.countAll<string>().as('count'))
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

/** Of these digests, those that a version or an upload needs. */
export async function selectNeededDigests(query: Query, digests: readonly string[]): Promise<Set<string>> {
  const ofVersions = await query
    .selectFrom('model_files')
    .select('sha256')
    .where('sha256', 'in', [...digests])
    .execute();
  const ofUploads = await query.selectFrom('uploads').select('files').execute();
  return new Set([
    ...ofVersions.map((file) => file.sha256),
    ...ofUploads.flatMap((upload) => upload.files.map((file) => file.sha256)),
  ]);
}
