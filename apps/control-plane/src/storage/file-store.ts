import { createReadStream } from 'node:fs';
import { chmod, mkdir, mkdtemp, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileBytes, hashFile, receiveBytes } from './receive-bytes.ts';
import { mapStorageError, systemCode } from './storage-errors.ts';

export interface StoredFile {
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
}

/** Whole model files, at `files/<2 hex>/<sha256>`. Their digest was checked; nothing is ever changed there. */
export interface FileStore {
  readonly pathOf: (sha256: string) => string;
  has(sha256: string, size: number): Promise<boolean>;
  /** Takes over a durable file from elsewhere on the same disk. The caller has checked its digest. */
  adopt(path: string, sha256: string): Promise<void>;
  /** Stores a whole stream. @throws ClusterError BODY_TOO_LARGE, STORAGE_FULL. */
  store(source: Readable, bytesMax: number): Promise<StoredFile>;
  /** Stores a copy of a local file. */
  copyIn(path: string, bytesMax: number): Promise<StoredFile>;
  /** Stored files that were last written before `beforeMs`. */
  storedBefore(beforeMs: number): Promise<string[]>;
  remove(sha256: string): Promise<void>;
}

const folderMode = 0o750;
const copyChunkBytes = 1_048_576;

/** Makes the folders of the store in `home` and opens it. */
export async function openFileStore(home: string): Promise<FileStore> {
  const files = join(home, 'files');
  const incoming = join(home, 'incoming');
  await mkdir(files, { recursive: true, mode: folderMode });
  // What a process left here when it ended belongs to nobody.
  await rm(incoming, { recursive: true, force: true });
  await mkdir(incoming, { recursive: true, mode: folderMode });

  const pathOf = (sha256: string): string => join(files, sha256.slice(0, 2), sha256);
  const has = async (sha256: string, size: number): Promise<boolean> => (await fileBytes(pathOf(sha256))) === size;

  async function adopt(path: string, sha256: string): Promise<void> {
    const target = pathOf(sha256);
    try {
      await mkdir(dirname(target), { recursive: true, mode: folderMode });
      await chmod(path, 0o640);
      // Durable bytes first, then the name: after a crash there is the whole file or none.
      await rename(path, target);
      await syncFolder(dirname(target));
    } catch (error) {
      throw mapStorageError(error);
    }
  }

  async function store(source: Readable, bytesMax: number): Promise<StoredFile> {
    const folder = await mkdtemp(join(incoming, 'file-'));
    try {
      const path = join(folder, 'bytes');
      const received = await receiveBytes(source, { path, offset: 0, bytesMax, onBytes: () => undefined });
      const sha256 = received.sha256 ?? (await hashFile(path));
      if (!(await has(sha256, received.bytes))) await adopt(path, sha256);
      return { sha256, size: received.bytes };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  return {
    pathOf,
    has,
    adopt,
    store,
    copyIn: (path, bytesMax) => store(createReadStream(path, { highWaterMark: copyChunkBytes }), bytesMax),
    storedBefore: (beforeMs) => listStored(files, beforeMs),
    remove: (sha256) => rm(pathOf(sha256), { force: true }),
  };
}

async function listStored(folder: string, beforeMs: number): Promise<string[]> {
  const old: string[] = [];
  for (const prefix of await readdir(folder)) {
    for (const sha256 of await readdir(join(folder, prefix))) {
      const time = await changedAtMs(join(folder, prefix, sha256));
      if (time !== null && time < beforeMs) old.push(sha256);
    }
  }
  return old;
}

/** Time of the last change of a file or folder, milliseconds since 1970; null when it is not there. */
export async function changedAtMs(path: string): Promise<number | null> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
