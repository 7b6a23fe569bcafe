import { basename } from 'node:path';
import { openSession } from '@cluster-ai/platform/backup/database-session.ts';
import { dataOperation } from './data-operation.ts';
import type { MadeBackup } from './make-backup.ts';

/**
 * Leaves a note of the backup in the database; the control plane puts it into the audit log.
 * @returns null, or why that was not possible: a database that only lets itself be read, or one of an older version.
 */
export async function noteBackup(databaseUrl: string, made: MadeBackup): Promise<string | null> {
  const { text, values } = dataOperation('backup', {
    file: basename(made.file),
    bytes: made.bytes,
    encrypted: made.encrypted,
    manifestSha256: made.manifestSha256,
    snapshotVersion: made.snapshotVersion,
    skippedFiles: made.skippedFiles.length,
  });
  try {
    const client = await openSession(databaseUrl, 'cluster-ai-backup');
    try {
      await client.query(text, [...values]);
      return null;
    } finally {
      await client.end();
    }
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
