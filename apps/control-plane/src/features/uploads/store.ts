import { sql } from 'kysely';
import type { Selectable } from 'kysely';
import type { Query } from '../../database/change.ts';
import type { Tables } from '../../database/tables.ts';

export type UploadRow = Selectable<Tables['uploads']>;

export async function selectUpload(query: Query, id: string): Promise<UploadRow | null> {
  return (await query.selectFrom('uploads').selectAll().where('id', '=', id).executeTakeFirst()) ?? null;
}

export async function selectUploads(query: Query): Promise<UploadRow[]> {
  return query.selectFrom('uploads').selectAll().execute();
}

export async function deleteUpload(query: Query, id: string): Promise<void> {
  await query.deleteFrom('uploads').where('id', '=', id).execute();
}

/** Removes locks that a process which was killed has left, once nobody can mistake them for present ones. */
export async function deleteLostLocks(query: Query): Promise<void> {
  await query
    .deleteFrom('leases')
    .where('name', 'like', 'upload:%')
    .where('expires_at', '<', sql<Date>`now() - interval '1 day'`)
    .execute();
}
