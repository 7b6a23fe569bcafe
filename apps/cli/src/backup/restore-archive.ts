import { createHash, randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { countLines, DatabaseLoad } from '@cluster-ai/platform/backup/database-load.ts';
import type { OpenPart } from '@cluster-ai/platform/backup/archive-reader.ts';
import type { Migration } from '@cluster-ai/platform/postgres/migrate.ts';
import { dataOperation } from './data-operation.ts';
import { secretNames, summarySchema } from './description.ts';
import type { BackupDescription, BackupSummary, SecretName } from './description.ts';
import type { Owner } from './owner.ts';
import { FilePlacer } from './place-file.ts';
import { notUnderstood, readArchive, readJson, readText, skipPart } from './read-archive.ts';
import type { ArchiveOptions } from './read-archive.ts';

export interface RestoreTarget {
  readonly databaseUrl: string;
  /** Remove what the database holds of Cluster AI. */
  readonly replace: boolean;
  readonly storage: string;
  readonly owner: Owner;
  readonly migrations: readonly Migration[];
  /** The last thing before the database shows what was restored. */
  readonly beforeCommit?: () => Promise<void>;
}

export interface Restored {
  readonly description: BackupDescription;
  readonly encrypted: boolean;
  readonly parts: number;
  readonly bytes: number;
  /** The new one: gateways take its snapshots whatever numbers those before had. */
  readonly epoch: string;
  readonly rows: number;
  readonly files: number;
  readonly fileBytes: number;
  /** Model files that the database names and the backup has not. */
  readonly missingFiles: readonly string[];
  readonly secrets: ReadonlyMap<SecretName, string>;
  /** Migrations that came after the backup. */
  readonly migrated: readonly string[];
}

/** What the parts of a backup were put into so far. */
interface Progress {
  load: DatabaseLoad | null;
  readonly rows: Map<string, number>;
  readonly placed: Set<string>;
  readonly secrets: Map<SecretName, string>;
  fileBytes: number;
  summary: BackupSummary | null;
}

/**
 * Restores a backup into an empty database and a folder for model files. Every table is read back and compared with what
 * the backup holds. The database shows all of it at the end, or nothing.
 * @throws ClusterError as `readArchive` and `DatabaseLoad` do; CHECKSUM_MISMATCH when a table reads back otherwise.
 */
export async function restoreArchive(archive: ArchiveOptions, target: RestoreTarget): Promise<Restored> {
  const placer = await FilePlacer.open(target.storage, target.owner);
  const progress: Progress = {
    load: null,
    rows: new Map(),
    placed: new Set(),
    secrets: new Map(),
    fileBytes: 0,
    summary: null,
  };
  try {
    const read = await readArchive(archive, async (part, description) => {
      progress.load ??= await DatabaseLoad.begin({
        url: target.databaseUrl,
        migrations: target.migrations,
        recorded: description.migrations,
        tables: description.tables,
        replace: target.replace,
      });
      await take(archive.path, part, { description, progress, load: progress.load, placer });
    });
    const { load, summary } = progress;
    if (load === null || summary === null) throw notUnderstood(archive.path, 'parts are missing');
    assertRows(archive.path, summary, progress.rows);
    await placer.finish();
    const finished = await finish(load, archive.path, read.description, progress);
    await target.beforeCommit?.();
    await load.commit();
    return {
      ...read,
      ...finished,
      rows: [...progress.rows.values()].reduce((sum, count) => sum + count, 0),
      files: progress.placed.size,
      fileBytes: progress.fileBytes,
      secrets: progress.secrets,
    };
  } catch (error) {
    await progress.load?.discard();
    await placer.finish();
    throw error;
  }
}

interface PartWork {
  readonly description: BackupDescription;
  readonly progress: Progress;
  readonly load: DatabaseLoad;
  readonly placer: FilePlacer;
}

async function take(path: string, part: OpenPart, work: PartWork): Promise<void> {
  const { description, progress, placer } = work;
  const [kind = '', ...rest] = part.name.split('/');
  const name = rest.join('/');
  if (kind === 'database') {
    const table = description.tables.find((each) => each.name === name);
    if (table === undefined) throw notUnderstood(path, `it has a part ${part.name} that it does not describe`);
    return fillTable(path, part, table, work);
  }
  if (kind === 'files' && /^[0-9a-f]{64}$/.test(name)) {
    if (await placer.holds(name)) {
      await skipPart(part);
      progress.placed.add(name);
      return;
    }
    let bytes = 0;
    const counted = async function* (): AsyncGenerator<Buffer, void, undefined> {
      for await (const chunk of part.chunks()) {
        bytes += chunk.length;
        yield chunk;
      }
    };
    // Otherwise it was damaged already when the backup was made, and the summary says so.
    if (await placer.place(name, counted())) {
      progress.placed.add(name);
      progress.fileBytes += bytes;
    }
    return;
  }
  const secret = secretNames.find((each) => kind === 'secrets' && each === name);
  if (secret !== undefined) {
    progress.secrets.set(secret, await readText(path, part));
    return;
  }
  if (part.name !== 'summary') throw notUnderstood(path, `it has a part ${part.name}`);
  progress.summary = await readJson(path, part, summarySchema);
}

async function fillTable(
  path: string,
  part: OpenPart,
  table: BackupDescription['tables'][number],
  { load, progress }: PartWork,
): Promise<void> {
  const hash = createHash('sha256');
  let rows = 0;
  const hashed = async function* (): AsyncGenerator<Buffer, void, undefined> {
    for await (const chunk of part.chunks()) {
      hash.update(chunk);
      rows += countLines(chunk);
      yield chunk;
    }
  };
  await load.fill(table, hashed());
  progress.rows.set(table.name, rows);
  const found = await load.read(table);
  if (found.rows === rows && found.sha256 === hash.digest('hex')) return;
  throw new ClusterError(
    'CHECKSUM_MISMATCH',
    `the table ${table.name} holds something else after the restore than in ${path} (${found.rows} rows, ${rows} in the backup); nothing was kept`,
  );
}

function assertRows(path: string, summary: BackupSummary, rows: ReadonlyMap<string, number>): void {
  for (const [table, count] of Object.entries(summary.rows)) {
    if (rows.get(table) !== count) throw notUnderstood(path, `the table ${table} should have ${count} rows`);
  }
}

/** What makes the tables an installation of their own: a new epoch, nobody signed in, and a note for the audit log. */
async function finish(
  load: DatabaseLoad,
  path: string,
  description: BackupDescription,
  { placed }: Progress,
): Promise<Pick<Restored, 'epoch' | 'missingFiles' | 'migrated'>> {
  const migrated = await load.finish(description.sequences);
  const epoch = randomUUID();
  await load.run('update installation set epoch = $1, snapshot_version = 0', [epoch]);
  await load.run('update users set sessions_valid_from = greatest(sessions_valid_from, now())');
  const needed = await load.run<{ sha256: string }>('select distinct sha256 from model_files');
  const missingFiles = needed.map(({ sha256 }) => sha256).filter((sha256) => !placed.has(sha256));
  const { text, values } = dataOperation('restore', {
    file: basename(path),
    backupOf: description.createdAt,
    epochBefore: description.epoch,
    epoch,
    migrated,
    missingFiles: missingFiles.length,
  });
  await load.run(text, values);
  return { epoch, missingFiles, migrated };
}
