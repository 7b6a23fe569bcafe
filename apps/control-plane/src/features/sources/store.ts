import type { Query } from '../../database/change.ts';

/** A version that came from the watched folder. */
export interface WatchedVersion {
  /** `<model>/<number>`, as in the folder. */
  readonly key: string;
  readonly model: string;
  readonly version: number;
  readonly digest: string;
  readonly fingerprint: string | null;
}

export async function selectWatchedVersions(query: Query): Promise<WatchedVersion[]> {
  const rows = await query
    .selectFrom('model_versions')
    .select(['model', 'version', 'digest', 'source_fingerprint'])
    .where('source', '=', 'repository')
    .execute();
  return rows.map(({ model, version, digest, source_fingerprint: fingerprint }) => ({
    key: `${model}/${version}`,
    model,
    version,
    digest,
    fingerprint,
  }));
}

/** The files were written again with the same content: nothing to decide, nothing to audit. */
export async function updateFingerprint(
  query: Query,
  of: { readonly model: string; readonly version: number },
  fingerprint: string,
): Promise<void> {
  await query
    .updateTable('model_versions')
    .set({ source_fingerprint: fingerprint })
    .where('model', '=', of.model)
    .where('version', '=', of.version)
    .execute();
}
