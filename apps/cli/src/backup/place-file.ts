import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chown, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { storageNames } from '@cluster-ai/contract/control-plane-files.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { syncFolder } from '@cluster-ai/platform/files/sync-folder.ts';
import type { Owner } from './owner.ts';
import { storedPath } from './pin-files.ts';

const folderMode = 0o750;
const fileMode = 0o640;

/** Puts model files where the control plane looks for them. Files are named by their digests, so those that are there stay. */
export class FilePlacer {
  private readonly storage: string;
  private readonly owner: Owner;
  private readonly incoming: string;
  private readonly made = new Set<string>();

  private constructor(storage: string, owner: Owner) {
    this.storage = storage;
    this.owner = owner;
    this.incoming = join(storage, storageNames.incoming, `restore-${randomUUID()}`);
  }

  static async open(storage: string, owner: Owner): Promise<FilePlacer> {
    const placer = new FilePlacer(storage, owner);
    await placer.folder(join(storage, storageNames.files));
    await placer.folder(placer.incoming);
    return placer;
  }

  /** @returns false when the bytes are not those of the digest; then nothing is kept. @throws ClusterError STORAGE_FULL. */
  async place(sha256: string, content: AsyncIterable<Buffer>): Promise<boolean> {
    const target = storedPath(this.storage, sha256);
    const partial = join(this.incoming, sha256);
    const hash = createHash('sha256');
    try {
      const file = await open(partial, 'w', fileMode);
      try {
        for await (const chunk of content) {
          hash.update(chunk);
          // Whole: one call of `write` may take only a part of it. It goes on where the chunk before ended.
          await file.writeFile(chunk);
        }
        await file.chmod(fileMode);
        if (this.owner !== null) await file.chown(this.owner.uid, this.owner.gid);
        await file.sync();
      } finally {
        await file.close();
      }
      if (hash.digest('hex') !== sha256) {
        await rm(partial);
        return false;
      }
      await this.folder(dirname(target));
      await rename(partial, target);
      return true;
    } catch (error) {
      await rm(partial, { force: true });
      throw fullError(this.storage, error);
    }
  }

  /** True when the whole file is there already: its bytes were read. */
  async holds(sha256: string): Promise<boolean> {
    const path = storedPath(this.storage, sha256);
    if ((await stat(path).catch(() => null)) === null) return false;
    const hash = createHash('sha256');
    await pipeline(createReadStream(path, { highWaterMark: 1_048_576 }), hash);
    return hash.digest('hex') === sha256;
  }

  /** Makes the names of the files durable. */
  async finish(): Promise<void> {
    await rm(this.incoming, { recursive: true, force: true });
    for (const path of this.made) if (path !== this.incoming) await syncFolder(path);
  }

  /** With all folders above it that are missing, all of them the owner's. */
  private async folder(path: string): Promise<void> {
    if (this.made.has(path)) return;
    const first = await mkdir(path, { recursive: true, mode: folderMode });
    if (first !== undefined && this.owner !== null) {
      for (let each = path; each.length >= first.length; each = dirname(each)) {
        await chown(each, this.owner.uid, this.owner.gid);
      }
    }
    this.made.add(path);
  }
}

function fullError(storage: string, cause: unknown): unknown {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return cause;
  return new ClusterError('STORAGE_FULL', `the disk of ${storage} is full; the restore was ended`, { cause });
}
