import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { newArchiveKey } from '@cluster-ai/platform/backup/archive-key.ts';
import { ArchiveWriter } from '@cluster-ai/platform/backup/archive-writer.ts';
import { countLines } from '@cluster-ai/platform/backup/database-load.ts';
import { openDatabaseSnapshot } from '@cluster-ai/platform/backup/database-snapshot.ts';
import type { DatabaseSnapshot } from '@cluster-ai/platform/backup/database-snapshot.ts';
import { partNames, secretNames, tablesLeftOut } from './description.ts';
import type { BackupDescription, BackupSummary, SecretName } from './description.ts';
import { pinFiles, storedPath } from './pin-files.ts';
import type { PinnedFiles } from './pin-files.ts';
import type { BackupSource } from './source.ts';

export interface BackupOptions {
  readonly path: string;
  /** Null writes it readable for whoever has it. */
  readonly passphrase: string | null;
  /** Leave model files out that are missing or damaged; otherwise they end the backup. */
  readonly skipDamaged: boolean;
  readonly program: string;
  /** @param doneBytes written so far. @param totalBytes about as many are to come in all. */
  readonly onProgress: (doneBytes: number, totalBytes: number) => void;
}

export interface MadeBackup {
  readonly file: string;
  readonly bytes: number;
  readonly createdAt: string;
  readonly encrypted: boolean;
  readonly manifestSha256: string;
  readonly epoch: string;
  readonly snapshotVersion: number;
  readonly migration: string;
  readonly postgres: string;
  readonly tables: number;
  readonly rows: number;
  readonly files: number;
  readonly fileBytes: number;
  readonly skippedFiles: readonly string[];
  /** Tokens, key and id that were not where the settings say. */
  readonly missingSecrets: readonly { readonly name: SecretName; readonly path: string }[];
}

interface NeededFile {
  readonly sha256: string;
  readonly size: number;
}

/** Between the state that the database showed and the second names of the files, a version may be deleted and cleared away. */
const attemptsMax = 3;

/** A file went between the state of the database and its reading. */
class FileGone extends Error {
  readonly sha256: string;
  /** The versions that need it. */
  readonly versions: string;

  constructor(sha256: string, versions: string) {
    super(`the model file ${sha256} is gone`);
    this.sha256 = sha256;
    this.versions = versions;
  }
}

/**
 * Writes a backup while everything goes on: the database as it was at one moment, and the model files that it names.
 * @throws ClusterError CHECKSUM_MISMATCH or NOT_FOUND with the model file that is damaged or missing; CONFLICT, STORAGE_FULL,
 * DATABASE_UNAVAILABLE. Nothing is left then.
 */
export async function makeBackup(source: BackupSource, options: BackupOptions): Promise<MadeBackup> {
  for (let attempt = 1; ; attempt += 1) {
    const database = await openDatabaseSnapshot(source.databaseUrl);
    let pinned: PinnedFiles | null = null;
    try {
      const files = await neededFiles(database);
      pinned = await pinFiles(
        source.storage,
        files.map(({ sha256 }) => sha256),
        source.owner,
      );
      const [gone] = pinned.missing;
      // Before the database is written, which may take long.
      if (gone !== undefined && (attempt < attemptsMax || !options.skipDamaged)) {
        const findVersions = await versionsOfFiles(database);
        throw new FileGone(gone, findVersions(gone));
      }
      return await write({ source, options, database, files, pinned });
    } catch (error) {
      if (!(error instanceof FileGone)) throw error;
      if (attempt === attemptsMax) throw missingError(source, error);
    } finally {
      await pinned?.release();
      await database.close();
    }
  }
}

interface Work {
  readonly source: BackupSource;
  readonly options: BackupOptions;
  readonly database: DatabaseSnapshot;
  readonly files: readonly NeededFile[];
  readonly pinned: PinnedFiles;
}

async function write({ source, options, database, files, pinned }: Work): Promise<MadeBackup> {
  const createdAt = new Date();
  const description = await describe(database, files, options.program, createdAt);
  const key = options.passphrase === null ? null : await newArchiveKey(options.passphrase);
  const archive = await ArchiveWriter.create(options.path, key, createdAt);
  const totalBytes = database.bytesAbout + description.files.bytes;
  const report = (): void => options.onProgress(archive.bytesWritten, Math.max(totalBytes, archive.bytesWritten));
  try {
    await archive.part(partNames.description, [Buffer.from(JSON.stringify(description))]);
    const rows: Record<string, number> = {};
    for (const table of description.tables) {
      rows[table.name] = 0;
      // What is left out is an empty table in the backup.
      const content = table.name in tablesLeftOut ? [] : database.content(table);
      await archive.part(
        partNames.table(table.name),
        watched(content, (chunk) => {
          rows[table.name] = (rows[table.name] ?? 0) + countLines(chunk);
          report();
        }),
      );
    }
    // The files may take long; an open transaction would keep the database from clearing up.
    const findVersions = await versionsOfFiles(database);
    await database.close();
    const skippedFiles = await writeFiles({ archive, files, pinned, options, report, findVersions });
    const missingSecrets = await writeSecrets(archive, source);
    const summary: BackupSummary = { rows, skippedFiles };
    await archive.part(partNames.summary, [Buffer.from(JSON.stringify(summary))]);
    const { bytes, manifestSha256 } = await archive.finish();
    return {
      file: options.path,
      bytes,
      createdAt: description.createdAt,
      encrypted: key !== null,
      manifestSha256,
      epoch: description.epoch,
      snapshotVersion: description.snapshotVersion,
      migration: description.migrations.at(-1)?.name ?? '',
      postgres: description.postgres,
      tables: description.tables.length,
      rows: Object.values(rows).reduce((sum, count) => sum + count, 0),
      files: files.length - skippedFiles.length,
      fileBytes: description.files.bytes,
      skippedFiles,
      missingSecrets,
    };
  } catch (error) {
    await archive.discard();
    throw error;
  }
}

interface FileWork {
  readonly archive: ArchiveWriter;
  readonly files: readonly NeededFile[];
  readonly pinned: PinnedFiles;
  readonly options: BackupOptions;
  readonly report: () => void;
  readonly findVersions: (sha256: string) => string;
}

/** @returns the digests of those that were left out. */
async function writeFiles({ archive, files, pinned, options, report, findVersions }: FileWork): Promise<string[]> {
  const skipped: string[] = [];
  for (const { sha256 } of files) {
    const path = pinned.pathOf(sha256);
    if (pinned.missing.includes(sha256) || !existsSync(path)) {
      if (!options.skipDamaged) throw new FileGone(sha256, findVersions(sha256));
      skipped.push(sha256);
      continue;
    }
    const part = await archive.part(
      partNames.file(sha256),
      watched(createReadStream(path, { highWaterMark: 1_048_576 }), report),
    );
    if (part.sha256 === sha256) continue;
    if (!options.skipDamaged) throw damagedError(sha256, findVersions(sha256));
    skipped.push(sha256);
  }
  return skipped;
}

/** @returns those that are not there. */
async function writeSecrets(archive: ArchiveWriter, source: BackupSource): Promise<MadeBackup['missingSecrets']> {
  const missing: { name: SecretName; path: string }[] = [];
  for (const name of secretNames) {
    const path = source.secrets[name];
    if (existsSync(path)) await archive.part(partNames.secret(name), [readFileSync(path)]);
    else missing.push({ name, path });
  }
  return missing;
}

async function* watched(
  source: AsyncIterable<Buffer> | Iterable<Buffer>,
  onChunk: (chunk: Buffer) => void,
): AsyncGenerator<Buffer, void, undefined> {
  for await (const chunk of source) {
    yield chunk;
    onChunk(chunk);
  }
}

async function describe(
  database: DatabaseSnapshot,
  files: readonly NeededFile[],
  program: string,
  createdAt: Date,
): Promise<BackupDescription> {
  const [head] = await database.rows<{ epoch: string; version: string }>(
    'select epoch::text, snapshot_version::text as version from installation',
  );
  if (head === undefined) throw new ClusterError('CONFLICT', 'the database has no row in the table installation');
  return {
    createdAt: createdAt.toISOString(),
    program,
    postgres: database.serverVersion,
    epoch: head.epoch,
    snapshotVersion: Number(head.version),
    migrations: [...database.migrations],
    tables: [...database.tables],
    sequences: [...database.sequences],
    files: { count: files.length, bytes: files.reduce((sum, { size }) => sum + size, 0) },
  };
}

async function neededFiles(database: DatabaseSnapshot): Promise<NeededFile[]> {
  const rows = await database.rows<{ sha256: string; size: string }>(
    'select distinct sha256, size::text from model_files order by sha256',
  );
  return rows.map(({ sha256, size }) => ({ sha256, size: Number(size) }));
}

/** Which versions need a file, for messages. */
async function versionsOfFiles(database: DatabaseSnapshot): Promise<(sha256: string) => string> {
  const rows = await database.rows<{ sha256: string; file: string }>(
    "select sha256, model || ' version ' || version || ', ' || path as file from model_files order by 2",
  );
  const byDigest = Map.groupBy(rows, ({ sha256 }) => sha256);
  return (sha256) => {
    const files = byDigest.get(sha256) ?? [];
    const more = files.length > 3 ? ` and ${files.length - 3} more` : '';
    return `${files
      .slice(0, 3)
      .map(({ file }) => file)
      .join('; ')}${more}`;
  };
}

const skipFix = 'delete the version or push the model again; with --skip-damaged the backup is made without such files';

function damagedError(sha256: string, versions: string): ClusterError {
  return new ClusterError('CHECKSUM_MISMATCH', `the stored model file ${sha256} is damaged; it is ${versions}`, {
    fix: skipFix,
  });
}

function missingError(source: BackupSource, { sha256, versions }: FileGone): ClusterError {
  const path = storedPath(source.storage, sha256);
  return new ClusterError('NOT_FOUND', `the model file ${path} is missing; it is ${versions}`, { fix: skipFix });
}
