import { auditHeadHeader, exportAudit, listAudit, verifyAudit } from '@cluster-ai/contract/api/audit.ts';
import { headText, parseHead } from '@cluster-ai/core/audit/audit-entry.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { Register } from '../../http/register-endpoint.ts';
import type { Plane } from '../../plane.ts';
import { exportStream, exportTypes } from './export.ts';
import { listAuditEntries, selectAuditHead } from './store.ts';
import { verifyChain } from './verify.ts';

/** Each reads the whole log on a connection of its own. */
const verificationsMax = 2;

/** Who did what, newest first, and whether it is still what was written. */
export function auditRoutes(register: Register, plane: Plane): void {
  let verifications = 0;

  register(listAudit, ({ query }) => plane.store.read((database) => listAuditEntries(database, query)));

  register(verifyAudit, async ({ query, signal }) => {
    if (verifications >= verificationsMax) {
      throw new ClusterError('OVERLOADED', `the audit log is being checked ${verifications} times already`, {
        retryAfterSeconds: 5,
      });
    }
    verifications += 1;
    try {
      const known = query.head === undefined ? null : parseHead(query.head);
      return await plane.store.read((database) => verifyChain(database, known, signal));
    } finally {
      verifications -= 1;
    }
  });

  register(exportAudit, async ({ query, reply }) => {
    const head = await plane.store.read(selectAuditHead);
    const time = (text: string | undefined): Date | undefined => (text === undefined ? undefined : new Date(text));
    if (head.id > 0) reply.header(auditHeadHeader, headText(head));
    reply
      .type(exportTypes[query.format])
      .header('content-disposition', `attachment; filename="audit-${head.id}.${query.format}"`);
    const { format, from, to } = query;
    return exportStream(plane.store, { format, lastId: head.id, from: time(from), to: time(to) });
  });
}
