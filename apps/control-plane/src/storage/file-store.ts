import { constants, createReadStream } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { storageNames, storedFilePath } from '@cluster-ai/contract/control-plane-files.ts';
import { syncFolder } from '@cluster-ai/platform/files/sync-folder.ts';
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
  /** Makes a copy of a file take its place, so that whoever has it open writes into nothing. */
  detach(path: string): Promise<void>;
  /** Stored files that were last written before `beforeMs`. */
  storedBefore(beforeMs: number): Promise<string[]>;
  /** Removes what other processes were receiving and have not touched since `beforeMs`. */
  removeAbandoned(beforeMs: number): Promise<void>;
  remove(sha256: string): Promise<void>;
}

const folderMode = 0o750;
const copyChunkBytes = 1_048_576;

/**
 * Makes the folders of the store in `folder` and opens it. Several control planes may do so with the same folder: whole
 * files are shared, and each receives in a folder of its own, on the same disk, so that a file appears by its name alone.
 */
export async function openFileStore(folder: string, instanceId: string): Promise<FileStore> {
  const files = join(folder, storageNames.files);
  const incomingOfAll = join(folder, storageNames.incoming);
  const incoming = join(incomingOfAll, instanceId);
  await mkdir(files, { recursive: true, mode: folderMode });
  // What this instance left here when it ended belongs to nobody.
  await rm(incoming, { recursive: true, force: true });
  await mkdir(incoming, { recursive: true, mode: folderMode });

  const pathOf = (sha256: string): string => join(folder, storedFilePath(sha256));
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
    detach: (path) => detach(path, incoming),
    remove: (sha256) => rm(pathOf(sha256), { force: true }),
    removeAbandoned: (beforeMs) => removeAbandoned(incomingOfAll, instanceId, beforeMs),
  };
}

async function detach(path: string, incoming: string): Promise<void> {
  const folder = await mkdtemp(join(incoming, 'copy-'));
  try {
    const copy = join(folder, 'bytes');
    await copyFile(path, copy, constants.COPYFILE_FICLONE);
    await rename(copy, path);
  } catch (error) {
    throw mapStorageError(error);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A file that is being received is written again and again, so its time tells whether anybody still does. */
async function removeAbandoned(incomingOfAll: string, ownId: string, beforeMs: number): Promise<void> {
  for (const instance of await readdir(incomingOfAll)) {
    if (instance === ownId) continue;
    const path = join(incomingOfAll, instance);
    const times = await Promise.all(
      (await readdir(path, { recursive: true })).map((name) => changedAtMs(join(path, name))),
    );
    const latestMs = Math.max((await changedAtMs(path)) ?? 0, ...times.map((time) => time ?? 0));
    if (latestMs < beforeMs) await rm(path, { recursive: true, force: true });
  }
}

const sha256Name = /^[0-9a-f]{64}$/;

async function listStored(folder: string, beforeMs: number): Promise<string[]> {
  const old: string[] = [];
  for (const prefix of await readdir(folder)) {
    for (const sha256 of await readdir(join(folder, prefix))) {
      // A file system that is shared may keep files of its own here.
      if (!sha256Name.test(sha256)) continue;
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
