import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { signedSnapshotSchema, type SignedSnapshot, type Snapshot } from '@cluster-ai/contract/snapshot.ts';
import { writeFileAtomic } from '@cluster-ai/platform/files/write-file-atomic.ts';
import type { Logger } from '@cluster-ai/platform/log/log.ts';
import { readSnapshot } from './read-snapshot.ts';

/** Snapshots that are kept on disk. */
const keptMax = 3;

/** A snapshot that was read back, and whether it had served before. */
export interface StoredSnapshot {
  readonly snapshot: Snapshot;
  readonly good: boolean;
}

interface Entry {
  readonly file: string;
  readonly sequence: number;
  readonly good: boolean;
}

/**
 * The last snapshots on this gateway's disk, so that it starts and serves with everything else gone. A snapshot is
 * written whole (fsync, then rename) and renamed again to `.good` once all of it serves.
 */
export class SnapshotStore {
  private readonly folder: string;
  private readonly log: Logger;
  private current: Entry | null = null;

  constructor(home: string, log: Logger) {
    this.folder = join(home, 'snapshots');
    this.log = log;
  }

  /** Writes the snapshot that is about to be applied. */
  async save(signed: SignedSnapshot): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const entries = await this.entries();
    const entry = this.entry((entries[0]?.sequence ?? 0) + 1, false);
    await writeFileAtomic(join(this.folder, entry.file), JSON.stringify(signed));
    this.current = entry;
    await this.prune([entry, ...entries]);
  }

  /** Marks the snapshot that was saved last: everything in it serves. */
  async markGood(): Promise<void> {
    if (this.current === null || this.current.good) return;
    const good = this.entry(this.current.sequence, true);
    const { file } = this.current;
    this.current = good;
    await rename(join(this.folder, file), join(this.folder, good.file));
  }

  /**
   * The newest good snapshot, or else the newest that can be read; null when there is none. Who may call is taken from
   * the newest in any case: a key that was revoked stays revoked, although not all models of that snapshot ever served.
   */
  async load(): Promise<StoredSnapshot | null> {
    const entries = await this.entries();
    const newest = await this.readFirst(entries);
    if (newest === null) return null;
    const serving = newest.entry.good ? newest : ((await this.readFirst(entries.filter(({ good }) => good))) ?? newest);
    this.current = serving.entry;
    const { keys, tokenIssuers } = newest.snapshot;
    return { snapshot: { ...serving.snapshot, keys, tokenIssuers }, good: serving.entry.good };
  }

  private async readFirst(entries: readonly Entry[]): Promise<{ entry: Entry; snapshot: Snapshot } | null> {
    for (const entry of entries) {
      try {
        const signed = signedSnapshotSchema.parse(JSON.parse(await readFile(join(this.folder, entry.file), 'utf8')));
        return { entry, snapshot: readSnapshot(signed) };
      } catch (error) {
        this.log.error({ file: entry.file, error }, 'a stored snapshot cannot be read; trying the one before it');
      }
    }
    return null;
  }

  private entry(sequence: number, good: boolean): Entry {
    return { file: `snapshot-${String(sequence).padStart(10, '0')}${good ? '.good' : ''}.json`, sequence, good };
  }

  /** Newest first. */
  private async entries(): Promise<Entry[]> {
    const files = await readdir(this.folder).catch(emptyWhenMissing);
    return files
      .flatMap((file) => {
        const match = /^snapshot-(\d{10})(\.good)?\.json$/.exec(file);
        return match === null ? [] : [{ file, sequence: Number(match[1]), good: match[2] !== undefined }];
      })
      .toSorted((left, right) => right.sequence - left.sequence);
  }

  private async prune(entries: readonly Entry[]): Promise<void> {
    // The newest good one is the way back, however many failed after it.
    const lastGood = entries.find(({ good }) => good);
    for (const entry of entries.slice(keptMax)) {
      if (entry !== lastGood) await rm(join(this.folder, entry.file), { force: true });
    }
    // Of a gateway that was killed while it wrote.
    const partial = (await readdir(this.folder)).filter((file) => file.endsWith('.partial'));
    for (const file of partial) await rm(join(this.folder, file), { force: true });
  }
}

function emptyWhenMissing(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return [];
  throw error;
}
