import type { AuditEntry } from '@cluster-ai/core/audit/audit-entry.ts';
import { canonicalJson } from '@cluster-ai/core/audit/canonical-json.ts';

const columns = ['id', 'at', 'actor', 'action', 'target', 'detail', 'requestId', 'previousHash', 'hash'] as const;

/** The first record of a file (RFC 4180). */
export const csvHeading = `${columns.join(',')}\r\n`;

/** One entry as a record. */
export function csvRecord(entry: AuditEntry): string {
  const cells = columns.map((column) => (column === 'detail' ? canonicalJson(entry.detail) : String(entry[column])));
  return `${cells.map(csvCell).join(',')}\r\n`;
}

/**
 * Spreadsheets run what begins with one of these as a formula (OWASP, CSV injection); an apostrophe before it makes it a
 * text again. Names and details come from callers, so any cell may begin so.
 */
const formulaStart = /^[=+\-@\t\r\n\uff0b\uff0d\uff1d\uff20]/;

function csvCell(text: string): string {
  const safe = formulaStart.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
