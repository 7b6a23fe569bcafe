import { listAudit } from '@cluster-ai/contract/api/system.ts';
import { numberCursor, pageOf } from '../../http/paging.ts';
import type { Register } from '../../http/register-endpoint.ts';
import type { Plane } from '../../plane.ts';
import { selectAuditEntries } from './store.ts';

/** Who did what, newest first. */
export function auditRoutes(register: Register, plane: Plane): void {
  register(listAudit, async ({ query }) => {
    const rows = await plane.store.read((database) =>
      selectAuditEntries(database, numberCursor(query.cursor), query.limit + 1),
    );
    const entries = rows.map((row) => ({
      id: Number(row.id),
      at: row.at.toISOString(),
      actor: row.actor,
      action: row.action,
      target: row.target,
      detail: row.detail,
      requestId: row.request_id,
    }));
    return pageOf(entries, query.limit, (entry) => String(entry.id));
  });
}
