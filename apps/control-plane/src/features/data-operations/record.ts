import type { Change, Store } from '../../database/change.ts';

/** Rows that are kept once they are in the audit log; that keeps its entries for good. */
const recordedKept = 100;

/** As many in one change; more follow at the next run. */
const batchMax = 100;

/**
 * Puts backups and restores that the command line noted into the audit log. The first start after a restore finds the
 * note of it, so the new epoch gets its first snapshot here. @returns how many were recorded.
 */
export async function recordDataOperations(store: Store): Promise<number> {
  if (!(await store.read((query) => hasUnrecorded(query)))) return 0;
  const { value } = await store.change({ actor: 'local', requestId: 'data-operations' }, recordAll);
  return value;
}

async function hasUnrecorded(query: Change['query']): Promise<boolean> {
  const row = await query
    .selectFrom('data_operations')
    .select('id')
    .where('recorded_at', 'is', null)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

async function recordAll(change: Change): Promise<number> {
  const { query, at } = change;
  const rows = await query
    .selectFrom('data_operations')
    .selectAll()
    .where('recorded_at', 'is', null)
    .orderBy('at')
    .orderBy('id')
    .limit(batchMax)
    .execute();
  for (const { kind, at: doneAt, detail } of rows) {
    const { file, ...rest } = detail;
    change.record(`data.${kind}`, file, { ...rest, at: doneAt.toISOString() });
  }
  if (rows.length > 0) {
    const ids = rows.map(({ id }) => id);
    await query.updateTable('data_operations').set({ recorded_at: at }).where('id', 'in', ids).execute();
    await forgetOld(query);
  }
  return rows.length;
}

async function forgetOld(query: Change['query']): Promise<void> {
  await query
    .deleteFrom('data_operations')
    .where('recorded_at', 'is not', null)
    .where('id', 'not in', (newest) =>
      newest.selectFrom('data_operations').select('id').orderBy('at', 'desc').limit(recordedKept),
    )
    .execute();
}
