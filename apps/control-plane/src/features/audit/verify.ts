import type { AuditVerification } from '@cluster-ai/contract/api/audit.ts';
import type { ChainHead } from '@cluster-ai/core/audit/audit-entry.ts';
import { ChainCheck } from '@cluster-ai/core/audit/chain-check.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { Query } from '../../database/change.ts';
import { sha256Text } from './sha256-text.ts';
import { selectAuditEntries, selectAuditHead } from './store.ts';

/** Entries in memory at once; other requests are answered between two batches. */
const batchMax = 1_000;

/** Problems that an answer names. */
const problemsMax = 100;

/**
 * Reads the whole log and says what does not fit.
 * @param query one consistent state, so that entries that are being written meanwhile do not matter.
 * @param known a head that was noted earlier.
 * @throws ClusterError CANCELLED when nobody waits for the answer any more.
 */
export async function verifyChain(
  query: Query,
  known: ChainHead | null,
  signal: AbortSignal,
): Promise<AuditVerification> {
  const beganMs = performance.now();
  const recorded = await selectAuditHead(query);
  const check = new ChainCheck({ sha256: sha256Text, recorded, known, problemsMax });
  let afterId: number | null = null;
  for (;;) {
    if (signal.aborted) throw new ClusterError('CANCELLED', 'the caller went away before the log was read');
    const entries = await selectAuditEntries(query, { order: 'desc', afterId, limit: batchMax });
    for (const entry of entries) check.take(entry);
    const last = entries.at(-1);
    if (last === undefined || entries.length < batchMax) break;
    afterId = last.id;
  }
  const { entries, problems, problemsTotal } = check.end();
  return {
    intact: problemsTotal === 0,
    entries,
    head: recorded.id === 0 ? null : { id: recorded.id, hash: recorded.hash },
    problems: [...problems],
    problemsTotal,
    durationMs: Math.round(performance.now() - beganMs),
  };
}
