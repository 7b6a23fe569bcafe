import { listAudit } from '@cluster-ai/contract/api/audit.ts';
import type { auditListFields } from '@cluster-ai/contract/api/audit.ts';
import type { ListRequest } from '@cluster-ai/contract/api/list.ts';
import { entryText } from '@cluster-ai/core/audit/audit-entry.ts';
import type { AuditEntry } from '@cluster-ai/core/audit/audit-entry.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { sql } from 'kysely';
import type { Caller, Query } from '../../database/change.ts';
import type { ListColumns } from '../../http/list-columns.ts';
import { listRows } from '../../http/list-rows.ts';
import type { ListedRows } from '../../http/list-rows.ts';
import { sha256Text } from './sha256-text.ts';

export interface AuditRecord {
  readonly action: string;
  readonly target: string;
  readonly detail: Record<string, unknown>;
}

/** The last entry, and how many there are; stands beside the log, in the installation. */
export interface AuditHead {
  readonly id: number;
  readonly hash: string;
  readonly count: number;
}

/** Adds the entries of one change to the chain, in its transaction. The caller holds the lock on the installation. */
export async function appendAuditEntries(
  query: Query,
  head: { readonly audit: AuditHead; readonly at: Date },
  by: Caller,
  records: readonly AuditRecord[],
): Promise<void> {
  let { id, hash } = head.audit;
  const values = records.map(({ action, target, detail }) => {
    // What has no form in JSON is left out when it is stored, so it must not be hashed either.
    const stored = JSON.stringify(detail);
    const entry = {
      id: id + 1,
      at: head.at.toISOString(),
      actor: by.actor,
      action,
      target,
      // The text is that of an object: the lines above have just made it.
      detail: JSON.parse(stored) as Record<string, unknown>,
      requestId: by.requestId,
      previousHash: hash,
    };
    ({ id } = entry);
    hash = sha256Text(entryText(entry));
    const { requestId, previousHash, ...rest } = entry;
    return { ...rest, at: head.at, detail: stored, request_id: requestId, previous_hash: previousHash, hash };
  });
  await query
    .insertInto('audit_entries')
    .values(values)
    .execute()
    .catch((error: unknown) => {
      throw isTaken(error) ? takenError(head.audit.id, id, error) : error;
    });
  await writeHead(query, { id, hash, count: head.audit.count + records.length });
}

/** Numbers follow the recorded head, so one that is taken was put in by hand: the log must not be built on it. */
function isTaken(error: unknown): boolean {
  return error instanceof Error && 'constraint' in error && error.constraint === 'audit_entries_pkey';
}

function takenError(afterId: number, lastId: number, cause: unknown): ClusterError {
  return new ClusterError(
    'CONFLICT',
    `the audit log has a row between ${afterId + 1} and ${lastId} that was never recorded, so nothing can be changed`,
    { cause, fix: 'find it with `cluster-ai audit verify`, and remove it from the table audit_entries' },
  );
}

export async function writeHead(query: Query, { id, hash, count }: AuditHead): Promise<void> {
  await query.updateTable('installation').set({ audit_id: id, audit_hash: hash, audit_count: count }).execute();
}

export async function selectAuditHead(query: Query): Promise<AuditHead> {
  const row = await query
    .selectFrom('installation')
    .select(['audit_id', 'audit_hash', 'audit_count'])
    .executeTakeFirstOrThrow();
  return { id: Number(row.audit_id), hash: row.audit_hash, count: Number(row.audit_count) };
}

export interface AuditSelection {
  readonly order: 'asc' | 'desc';
  /** Entries behind this one in that order; null begins at the end. */
  readonly afterId: number | null;
  readonly limit: number;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

/**
 * The time as it is hashed, in microseconds, because that is how exactly the database keeps it. A time that JavaScript
 * cannot write, which nobody recorded, becomes one that it can.
 */
const at = sql<string>`to_char(
  least(greatest(audit_entries.at, '0001-01-01 00:00:00Z'), '9999-12-31 00:00:00Z') at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** Entries by number. */
export async function selectAuditEntries(query: Query, selection: AuditSelection): Promise<AuditEntry[]> {
  const { order, afterId, limit, from, to } = selection;
  let rows = entryRows(query).orderBy('id', order).limit(limit);
  if (afterId !== null) rows = rows.where('id', order === 'asc' ? '>' : '<', String(afterId));
  if (from !== undefined) rows = rows.where('at', '>=', from);
  if (to !== undefined) rows = rows.where('at', '<', to);
  return (await rows.execute()).map(entryOf);
}

const columns: ListColumns<typeof auditListFields> = {
  list: listAudit.query.list,
  key: { kind: 'integer', value: sql.ref('id') },
  columns: {
    id: { kind: 'integer', value: sql.ref('id') },
    at: { kind: 'time', value: sql.ref('audit_entries.at') },
    actor: { kind: 'text', value: sql.ref('actor') },
    action: { kind: 'text', value: sql.ref('action') },
    target: { kind: 'text', value: sql.ref('target') },
    requestId: { kind: 'text', value: sql.ref('request_id') },
  },
};

/** A page of entries. @throws ClusterError INVALID_ARGUMENT for a cursor of another query. */
export async function listAuditEntries(query: Query, request: ListRequest): Promise<ListedRows<AuditEntry>> {
  const { items, ...rest } = await listRows(query, entryRows(query), request, columns);
  return { ...rest, items: items.map(entryOf) };
}

function entryRows(query: Query) {
  return query
    .selectFrom('audit_entries')
    .select(['id', 'actor', 'action', 'target', 'detail', 'request_id', 'previous_hash', 'hash'])
    .select(at.as('at'));
}

type EntryRow = Awaited<ReturnType<ReturnType<typeof entryRows>['execute']>>[number];

function entryOf(row: EntryRow): AuditEntry {
  return {
    id: Number(row.id),
    // Entries are written in whole milliseconds; any other time is not what was written, and must show.
    at: row.at.replace(/000Z$/, 'Z'),
    actor: row.actor,
    action: row.action,
    target: row.target,
    detail: row.detail,
    requestId: row.request_id,
    previousHash: row.previous_hash ?? '',
    hash: row.hash ?? '',
  };
}
