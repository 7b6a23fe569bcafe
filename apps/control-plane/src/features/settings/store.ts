import type { RuntimeSettingName } from '@cluster-ai/contract/config/runtime-settings.ts';
import type { Change, Query } from '../../database/change.ts';
import type { StoredSetting } from './live-settings.ts';

/** All that the database holds, also under names that this version does not know. */
export async function selectSettings(query: Query): Promise<StoredSetting[]> {
  const rows = await query.selectFrom('settings').selectAll().execute();
  return rows.map((row) => ({
    name: row.name,
    value: row.value,
    changedAt: row.changed_at,
    changedBy: row.changed_by,
  }));
}

export async function upsertSetting(
  { query, by, at }: Change,
  name: RuntimeSettingName,
  value: number | string,
): Promise<void> {
  const values = { value: JSON.stringify(value), changed_at: at, changed_by: by.actor };
  await query
    .insertInto('settings')
    .values({ name, ...values })
    .onConflict((conflict) => conflict.column('name').doUpdateSet(values))
    .execute();
}

export async function deleteSetting({ query }: Change, name: RuntimeSettingName): Promise<void> {
  await query.deleteFrom('settings').where('name', '=', name).execute();
}
