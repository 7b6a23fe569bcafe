import { z } from 'zod';
import { sha256Schema } from '../manifest.ts';
import { endpoint } from './endpoint.ts';
import type { ListFields } from './list-filter.ts';
import { listPage, listQuery } from './list.ts';
import { nothing } from './page.ts';

/** Entries form a chain: each holds the hash of the one before it. `core/audit/audit-entry.ts` has the hashed text. */
const auditEntrySchema = z.object({
  id: z.int(),
  at: z.iso.datetime(),
  actor: z.string(),
  action: z.string(),
  target: z.string(),
  detail: z.record(z.string(), z.unknown()),
  requestId: z.string(),
  previousHash: z.string(),
  hash: z.string(),
});

/** `<id>:<hash>` of an entry. */
const headSchema = z.string().regex(/^\d{1,15}:[0-9a-f]{64}$/, 'must be <number>:<64 lower-case hex digits>');

/**
 * What is wrong at one place of the log. `altered`: the entry is not the one that was written. `missing`: entries were
 * deleted. `moved`: the entry was written under another number. `inserted`: an entry that was never recorded.
 * `rewritten`: the chain itself was made anew, as a head that was noted earlier, or the count of entries, shows.
 */
const auditProblemSchema = z.object({
  kind: z.enum(['altered', 'missing', 'moved', 'inserted', 'rewritten']),
  /** The number of the entry; the first one of a range. */
  id: z.int(),
  /** The last number of the range; equal to `id` for one entry. */
  lastId: z.int(),
  /** One sentence. */
  message: z.string(),
});

export const auditVerificationSchema = z.object({
  intact: z.boolean(),
  /** Entries that were read. */
  entries: z.int(),
  /** What the installation has recorded as its last entry; null when there is none. Worth noting down elsewhere. */
  head: z.object({ id: z.int(), hash: sha256Schema }).nullable(),
  /** By number; the first hundred. */
  problems: z.array(auditProblemSchema),
  problemsTotal: z.int(),
  durationMs: z.number(),
});

export type AuditVerification = z.infer<typeof auditVerificationSchema>;

/** Entries stand in the order in which they were written, which is that of their numbers. */
export const auditListFields = {
  id: { type: 'number', about: 'its number', sortable: true },
  at: { type: 'time', about: 'when' },
  actor: { type: 'text', about: 'who', searched: true },
  action: { type: 'text', about: 'what was done', searched: true },
  target: { type: 'text', about: 'on what', searched: true },
  requestId: { type: 'text', about: 'in which request', searched: true },
} as const satisfies ListFields;

export const listAudit = endpoint({
  id: 'listAudit',
  method: 'GET',
  path: '/api/v1/audit',
  summary: 'Audit entries, newest first',
  access: 'admin',
  params: nothing,
  query: listQuery({ fields: auditListFields, defaultSort: '-id' }),
  body: nothing,
  answer: listPage(auditEntrySchema),
  status: 200,
});

/** Reads the whole chain. A log that was tampered with is an answer, not an error. */
export const verifyAudit = endpoint({
  id: 'verifyAudit',
  method: 'GET',
  path: '/api/v1/audit/verification',
  summary: 'Check the hash chain of the audit log',
  access: 'admin',
  params: nothing,
  query: z.object({
    /** A head that was noted earlier: the chain must still hold it. */
    head: headSchema.optional(),
  }),
  body: nothing,
  answer: auditVerificationSchema,
  status: 200,
});

export const auditExportFormats = ['jsonl', 'csv'] as const;

/** The head of the log when an export began, `<id>:<hash>`: a header of its answer. */
export const auditHeadHeader = 'x-audit-head';

/**
 * Answer: the entries as a stream, oldest first. `jsonl`: one entry a line, in canonical form; `csv`: RFC 4180 with a
 * heading, safe to open in a spreadsheet.
 */
export const exportAudit = endpoint({
  id: 'exportAudit',
  method: 'GET',
  path: '/api/v1/audit/export',
  summary: 'Export audit entries as a file',
  access: 'admin',
  params: nothing,
  query: z.object({
    format: z.enum(auditExportFormats).default('jsonl'),
    /** Not before this time. */
    from: z.iso.datetime({ offset: true }).optional(),
    /** Before this time. */
    to: z.iso.datetime({ offset: true }).optional(),
  }),
  body: nothing,
  answer: z.unknown(),
  status: 200,
  answerType: 'application/jsonl, text/csv',
});
