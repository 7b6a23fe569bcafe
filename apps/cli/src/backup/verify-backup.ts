import { chownSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { startEmbedded } from './embedded-database.ts';
import { ownMigrations } from './migrations.ts';
import type { Owner } from './owner.ts';
import { readArchive, skipPart } from './read-archive.ts';
import type { ArchiveOptions, ReadParts } from './read-archive.ts';
import { restoreArchive } from './restore-archive.ts';
import type { Restored } from './restore-archive.ts';

/** Reads every byte of a backup and checks it. @throws ClusterError with what is damaged, and where. */
export function checkArchive(archive: ArchiveOptions): Promise<ReadParts> {
  return readArchive(archive, (part) => skipPart(part));
}

/**
 * Restores a backup into a PostgreSQL and a folder of their own, which are removed afterwards.
 * @param parent the folder needs room for the database and the model files.
 * @throws ClusterError as `restoreArchive`; CHECKSUM_MISMATCH when the database names a model file that is not there.
 */
export async function rehearseRestore(archive: ArchiveOptions, owner: Owner, parent = tmpdir()): Promise<Restored> {
  const folder = mkdtempSync(join(parent, 'cluster-ai-verify-'));
  try {
    if (owner !== null) chownSync(folder, owner.uid, owner.gid);
    const server = await startEmbedded({ folder: join(folder, 'postgres'), runFolder: join(folder, 'run'), owner });
    try {
      const restored = await restoreArchive(archive, {
        databaseUrl: server.url,
        replace: false,
        storage: join(folder, 'storage'),
        owner,
        migrations: await ownMigrations(),
      });
      const [missing] = restored.missingFiles;
      if (missing === undefined) return restored;
      throw new ClusterError(
        'CHECKSUM_MISMATCH',
        `${archive.path} lacks ${restored.missingFiles.length} model files that its database names, the first is ${missing}: they were missing or damaged when it was made`,
      );
    } finally {
      await server.stop();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
