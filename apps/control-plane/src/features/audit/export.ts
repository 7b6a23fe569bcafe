import { Readable } from 'node:stream';
import type { auditExportFormats } from '@cluster-ai/contract/api/audit.ts';
import { entryLine } from '@cluster-ai/core/audit/audit-entry.ts';
import type { AuditEntry } from '@cluster-ai/core/audit/audit-entry.ts';
import type { Store } from '../../database/change.ts';
import { csvHeading, csvRecord } from './csv.ts';
import { selectAuditEntries } from './store.ts';

export type AuditExportFormat = (typeof auditExportFormats)[number];

export interface AuditExport {
  readonly format: AuditExportFormat;
  /** The last entry that is exported: what is written meanwhile is not. */
  readonly lastId: number;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

/** Entries in memory at once. */
const batchMax = 1_000;

export const exportTypes: Readonly<Record<AuditExportFormat, string>> = {
  jsonl: 'application/jsonl; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
};

/**
 * The entries as a stream, oldest first, read batch by batch as the receiver takes them; a receiver that is slow holds no
 * transaction open. When the database goes away in the middle, the stream breaks.
 */
export function exportStream(store: Store, options: AuditExport): Readable {
  return Readable.from(chunks(store, options), { objectMode: false });
}

async function* chunks(store: Store, { format, lastId, from, to }: AuditExport): AsyncGenerator<string> {
  const write: (entry: AuditEntry) => string = format === 'csv' ? csvRecord : (entry) => `${entryLine(entry)}\n`;
  if (format === 'csv') yield csvHeading;
  let afterId: number | null = null;
  for (;;) {
    const selection = { order: 'asc', afterId, limit: batchMax, from, to } as const;
    const batch: readonly AuditEntry[] = await store.read((query) => selectAuditEntries(query, selection));
    const entries = batch.filter((entry) => entry.id <= lastId);
    if (entries.length > 0) yield entries.map(write).join('');
    const last = entries.at(-1);
    if (last === undefined || entries.length < batchMax) return;
    afterId = last.id;
  }
}
