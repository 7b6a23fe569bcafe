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
