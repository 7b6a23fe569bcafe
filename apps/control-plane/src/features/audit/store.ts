import type { Caller, Query } from '../../database/change.ts';

export interface AuditRecord {
  readonly action: string;
  readonly target: string;
  readonly detail: Record<string, unknown>;
}

/** Writes the entries of one change, in its transaction. */
export async function insertAuditEntries(
  query: Query,
  by: Caller,
  at: Date,
  records: readonly AuditRecord[],
): Promise<void> {
  await query
    .insertInto('audit_entries')
    .values(
      records.map(({ action, target, detail }) => ({
        at,
        action,
        target,
        actor: by.actor,
        detail: JSON.stringify(detail),
        request_id: by.requestId,
      })),
    )
    .execute();
}

/** Entries below `beforeId`, newest first. */
export async function selectAuditEntries(query: Query, beforeId: number | null, limit: number) {
  let rows = query.selectFrom('audit_entries').selectAll().orderBy('id', 'desc').limit(limit);
  if (beforeId !== null) rows = rows.where('id', '<', String(beforeId));
  return rows.execute();
}
