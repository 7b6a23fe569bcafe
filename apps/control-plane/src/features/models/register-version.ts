import { createHash } from 'node:crypto';
import type { Lineage } from '@cluster-ai/contract/api/models.ts';
import { canonicalManifest } from '@cluster-ai/contract/manifest.ts';
import type { ManifestFile, ModelSettings } from '@cluster-ai/contract/manifest.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { ModelSignature } from '@cluster-ai/core/inference/signature.ts';
import { assertModelName } from '@cluster-ai/core/names/model-name.ts';
import type { Change } from '../../database/change.ts';
import type { FileStore } from '../../storage/file-store.ts';
import { deployVersion, deploymentOf } from '../routes/index.ts';
import type { Deployment } from '../routes/index.ts';
import { selectVersion, touchModel } from './store.ts';
import type { VersionRecord, VersionRow } from './store.ts';

export interface NewVersion {
  readonly model: string;
  readonly description?: string | null | undefined;
  readonly files: readonly ManifestFile[];
  readonly signature: ModelSignature;
  readonly settings: ModelSettings;
  readonly notes?: string;
  readonly lineage?: Lineage;
  readonly source: VersionRow['source'];
  readonly deploy: 'latest' | 'none';
  /** For folders that number their versions themselves; otherwise the next number is taken. */
  readonly number?: number;
  readonly fingerprint?: string;
  /** Where it came from, for the audit log: an address or a folder. */
  readonly origin?: string;
}

export interface Registered extends Deployment {
  readonly record: VersionRecord;
}

/**
 * Writes a new version, and its model if that is new, and lets the routes follow. A number that is taken is replaced only
 * by the watched folder that it came from.
 * @throws ClusterError CONFLICT when the number is taken, or when a file of it has been removed from the store meanwhile.
 */
export async function registerVersion(change: Change, files: FileStore, version: NewVersion): Promise<Registered> {
  assertModelName(version.model);
  // Unused files are removed under the same lock that this change holds: what is here now will stay.
  for (const file of version.files) {
    if (!(await files.has(file.sha256, file.size))) {
      throw new ClusterError('CONFLICT', `the file ${file.path} is not stored any more`, { fix: 'send it again' });
    }
  }
  const number = await takeNumber(change, version);
  const digest = createHash('sha256').update(canonicalManifest(version.files)).digest('hex');
  const replaced = await writeVersion(change, version, number, digest);
  const { source, deploy, origin } = version;
  const detail = { version: number, digest, source, deploy, ...(origin === undefined ? {} : { origin }) };
  change.record(
    replaced === null ? 'version.create' : 'version.replace',
    version.model,
    replaced === null ? detail : { ...detail, replaced },
  );
  const deployment =
    version.deploy === 'latest'
      ? await deployVersion(change, version.model, number, version.settings.configuration?.versionPolicy)
      : await deploymentOf(change, version.model, number);
  const record = await selectVersion(change.query, version.model, number);
  if (record === null) throw new Error(`version ${number} of ${version.model} was not written`);
  return { ...deployment, record };
}

async function takeNumber(change: Change, version: NewVersion): Promise<number> {
  const { query, at } = change;
  const made = await query
    .insertInto('models')
    .values({
      name: version.model,
      description: version.description ?? '',
      version_last: 0,
      created_at: at,
      updated_at: at,
      updated_by: change.by.actor,
    })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .returning('name')
    .executeTakeFirst();
  if (made !== undefined) change.record('model.create', version.model);
  else {
    if (version.description !== undefined && version.description !== null) {
      await query
        .updateTable('models')
        .set({ description: version.description })
        .where('name', '=', version.model)
        .execute();
    }
    await touchModel(change, version.model);
  }
  const { version_last: last } = await query
    .selectFrom('models')
    .select('version_last')
    .where('name', '=', version.model)
    .executeTakeFirstOrThrow();
  const number = version.number ?? last + 1;
  await query
    .updateTable('models')
    .set({ version_last: Math.max(last, number) })
    .where('name', '=', version.model)
    .execute();
  return number;
}

/** @returns the digest of the version that stood under this number; null when there was none. */
async function writeVersion(
  change: Change,
  version: NewVersion,
  number: number,
  digest: string,
): Promise<string | null> {
  const { query } = change;
  const present = await selectVersion(query, version.model, number);
  if (present !== null && (version.source !== 'repository' || present.row.source !== 'repository')) {
    throw new ClusterError(
      'CONFLICT',
      `model '${version.model}' has a version ${number} already, which came from another source (${present.row.source})`,
    );
  }
  const values = {
    digest,
    signature: JSON.stringify(version.signature),
    settings: JSON.stringify(version.settings),
    source: version.source,
    source_fingerprint: version.fingerprint ?? null,
    created_at: change.at,
    created_by: change.by.actor,
    size_bytes: version.files.reduce((sum, file) => sum + file.size, 0),
    file_count: version.files.length,
    notes: version.notes ?? '',
    lineage: JSON.stringify(version.lineage ?? {}),
    updated_at: change.at,
    updated_by: change.by.actor,
    revision: (present?.row.revision ?? 0) + 1,
  };
  await query
    .insertInto('model_versions')
    .values({ model: version.model, version: number, ...values })
    .onConflict((conflict) => conflict.columns(['model', 'version']).doUpdateSet(values))
    .execute();
  await query.deleteFrom('model_files').where('model', '=', version.model).where('version', '=', number).execute();
  await query
    .insertInto('model_files')
    .values(
      version.files.map(({ path, sha256, size }) => ({ model: version.model, version: number, path, sha256, size })),
    )
    .execute();
  return present?.row.digest ?? null;
}
