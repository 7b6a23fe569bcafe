import { entryText } from '@cluster-ai/core/audit/audit-entry.ts';
import { sql } from 'kysely';
import type { Query } from '../../database/change.ts';
import { sha256Text } from './sha256-text.ts';
import { selectAuditEntries, selectAuditHead, writeHead } from './store.ts';

/** Entries that are chained under one lock: a fraction of a second. */
const batchMax = 1_000;

/**
 * Gives the entries of before migration 0003 their hashes, oldest first. Several programs may do this at once, and one
 * that ends in the middle is followed by the next.
 * @param write runs a transaction. @returns how many were chained now.
 */
export async function chainOldEntries(
  write: (work: (query: Query) => Promise<number | null>) => Promise<number | null>,
): Promise<number> {
  let total = 0;
  for (;;) {
    const chained = await write(chainBatch);
    if (chained === null) return total;
    total += chained;
  }
}

/** @returns null when there is nothing left to do. */
async function chainBatch(query: Query): Promise<number | null> {
  const installation = await query
    .selectFrom('installation')
    .select('audit_unchained_to')
    .forUpdate()
    .executeTakeFirstOrThrow();
  if (installation.audit_unchained_to === null) return null;
  const last = Number(installation.audit_unchained_to);
  const head = await selectAuditHead(query);
  const found = await selectAuditEntries(query, { order: 'asc', afterId: head.id, limit: batchMax });
  const entries = found.filter((entry) => entry.id <= last);
  let { hash } = head;
  const hashes = entries.map((entry) => {
    const previousHash = hash;
    hash = sha256Text(entryText({ ...entry, previousHash }));
    return { id: entry.id, previous_hash: previousHash, hash };
  });
  await updateHashes(query, hashes);
  const done = entries.length < batchMax;
  if (done) await query.updateTable('installation').set({ audit_unchained_to: null }).execute();
  await writeHead(query, { id: entries.at(-1)?.id ?? head.id, hash, count: head.count + entries.length });
  return entries.length;
}

async function updateHashes(
  query: Query,
  hashes: readonly { id: number; previous_hash: string; hash: string }[],
): Promise<void> {
  await sql`
    update audit_entries set previous_hash = given.previous_hash, hash = given.hash
    from jsonb_to_recordset(${JSON.stringify(hashes)}::jsonb) as given (id bigint, previous_hash text, hash text)
    where audit_entries.id = given.id`.execute(query);
}
