import type { ManifestFile } from '@cluster-ai/contract/manifest.ts';
import type { Selectable } from 'kysely';
import type { Query } from '../../database/change.ts';
import type { Tables } from '../../database/tables.ts';

export type ModelRow = Selectable<Tables['models']>;
export type VersionRow = Selectable<Tables['model_versions']>;

/** A model with everything that belongs to it. */
export interface ModelRecord {
  readonly model: ModelRow;
  readonly aliases: Readonly<Record<string, number>>;
  /** Newest first. */
  readonly versions: readonly VersionRecord[];
}

export interface VersionRecord {
  readonly row: VersionRow;
  /** By path. */
  readonly files: readonly ManifestFile[];
}

export async function selectModel(query: Query, name: string): Promise<ModelRecord | null> {
  const model = await query.selectFrom('models').selectAll().where('name', '=', name).executeTakeFirst();
  return model === undefined ? null : ((await withVersions(query, [model]))[0] ?? null);
}

/** Models after `cursor`, by name. */
export async function selectModels(query: Query, cursor: string, limit: number): Promise<ModelRecord[]> {
  return withVersions(
    query,
    await query.selectFrom('models').selectAll().where('name', '>', cursor).orderBy('name').limit(limit).execute(),
  );
}

export async function selectVersion(query: Query, model: string, version: number): Promise<VersionRecord | null> {
  const record = await selectModel(query, model);
  return record?.versions.find((candidate) => candidate.row.version === version) ?? null;
}

async function withVersions(query: Query, models: readonly ModelRow[]): Promise<ModelRecord[]> {
  if (models.length === 0) return [];
  const names = models.map((model) => model.name);
  const versions = await query
    .selectFrom('model_versions')
    .selectAll()
    .where('model', 'in', names)
    .orderBy('version', 'desc')
    .execute();
  const files = await query.selectFrom('model_files').selectAll().where('model', 'in', names).orderBy('path').execute();
  const aliases = await query
    .selectFrom('model_aliases')
    .selectAll()
    .where('model', 'in', names)
    .orderBy('alias')
    .execute();
  const filesOf = Map.groupBy(files, (file) => `${file.model}@${file.version}`);
  const versionsOf = Map.groupBy(versions, (version) => version.model);
  const aliasesOf = Map.groupBy(aliases, (alias) => alias.model);
  return models.map((model) => ({
    model,
    aliases: Object.fromEntries((aliasesOf.get(model.name) ?? []).map(({ alias, version }) => [alias, version])),
    versions: (versionsOf.get(model.name) ?? []).map((row) => ({
      row,
      files: (filesOf.get(`${row.model}@${row.version}`) ?? []).map(({ path, sha256, size }) => ({
        path,
        sha256,
        size: Number(size),
      })),
    })),
  }));
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
