import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { chmod, mkdir, open, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { fileBytes, hashFile, receiveBytes } from './receive-bytes.ts';
import { systemCode } from './storage-errors.ts';

/** A file that is on its way in. */
export interface UploadFile {
  readonly uploadId: string;
  readonly sha256: string;
  readonly size: number;
}

/**
 * Model files on disk. `files/<2 hex>/<sha256>` holds whole files whose digest was checked; nothing is ever changed
 * there. `uploads/<id>/<sha256>` holds what has arrived so far.
 */
export interface FileStore {
  /** Identifies this data folder among control planes. */
  readonly id: string;
  pathOf(sha256: string): string;
  has(sha256: string, size: number): Promise<boolean>;
  receivedBytes(file: UploadFile): Promise<number>;
  /**
   * Appends to a file of an upload. When it is complete its digest is checked and it becomes a stored file.
   * @throws ClusterError CONFLICT for another offset than the bytes that are there, and while another request sends the same
   * file; CHECKSUM_MISMATCH, after which the file begins anew; BODY_TOO_LARGE, STORAGE_FULL, CANCELLED.
   */
  append(file: UploadFile, offset: number, source: Readable): Promise<void>;
  /** Stores a whole stream. @throws ClusterError BODY_TOO_LARGE, STORAGE_FULL. */
  store(source: Readable, bytesMax: number): Promise<{ sha256: string; size: number }>;
  /** Stores a copy of a local file. */
  copyIn(path: string, bytesMax: number): Promise<{ sha256: string; size: number }>;
  /** Removes what has arrived for an upload. */
  removeUpload(uploadId: string): Promise<void>;
  /** Uploads that have a folder, with the time of their last progress. */
  uploads(): Promise<{ id: string; changedAtMs: number }[]>;
  /** Stored files that were last written before `beforeMs`. */
  storedBefore(beforeMs: number): Promise<string[]>;
  remove(sha256: string): Promise<void>;
}

/** Makes the folders and opens them. */
export async function openFileStore(home: string, onUploadBytes: (count: number) => void): Promise<FileStore> {
  const files = join(home, 'files');
  const uploads = join(home, 'uploads');
  for (const folder of [files, uploads]) await mkdir(folder, { recursive: true, mode: 0o750 });
  const id = await readOrMakeId(join(home, 'control-plane-id'));
  const busy = new Set<string>();

  const pathOf = (sha256: string): string => join(files, sha256.slice(0, 2), sha256);
  const partPath = (file: UploadFile): string => join(uploads, file.uploadId, file.sha256);

  /** Durable file, then its name: after a crash there is the whole file or none. */
  async function adopt(path: string, sha256: string): Promise<void> {
    const target = pathOf(sha256);
    await mkdir(dirname(target), { recursive: true, mode: 0o750 });
    await chmod(path, 0o640);
    await rename(path, target);
    await syncFolder(dirname(target));
  }

  async function has(sha256: string, size: number): Promise<boolean> {
    return (await fileBytes(pathOf(sha256))) === size;
  }

  async function finish(file: UploadFile, received: string | null): Promise<void> {
    const path = partPath(file);
    const sha256 = received ?? (await hashFile(path));
    if (sha256 === file.sha256) return adopt(path, sha256);
    await rm(path, { force: true });
    throw new ClusterError(
      'CHECKSUM_MISMATCH',
      `the bytes have the SHA-256 ${sha256}, announced was ${file.sha256}; the file begins anew at offset 0`,
    );
  }

  async function appendAlone(file: UploadFile, offset: number, source: Readable): Promise<void> {
    const there = await receivedBytes(file);
    if (there !== offset) {
      throw new ClusterError(
        'CONFLICT',
        `the offset is ${offset}, expected is ${there}: that many bytes of this file have arrived`,
        { fix: `continue with offset=${there}` },
      );
    }
    if (await has(file.sha256, file.size)) return;
    await mkdir(join(uploads, file.uploadId), { recursive: true, mode: 0o750 });
    const received = await receiveBytes(source, {
      path: partPath(file),
      offset,
      bytesMax: file.size,
      onBytes: onUploadBytes,
    });
    if (received.bytes === file.size) await finish(file, received.sha256);
  }

  async function receivedBytes(file: UploadFile): Promise<number> {
    if (await has(file.sha256, file.size)) return file.size;
    return (await fileBytes(partPath(file))) ?? 0;
  }

  async function store(source: Readable, bytesMax: number): Promise<{ sha256: string; size: number }> {
    const folder = join(uploads, randomUUID());
    await mkdir(folder, { mode: 0o750 });
    try {
      const path = join(folder, 'file');
      const received = await receiveBytes(source, { path, offset: 0, bytesMax, onBytes: onUploadBytes });
      const sha256 = received.sha256 ?? (await hashFile(path));
      if (!(await has(sha256, received.bytes))) await adopt(path, sha256);
      return { sha256, size: received.bytes };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  return {
    id,
    pathOf,
    has,
    receivedBytes,
    store,
    append: async (file, offset, source) => {
      const key = partPath(file);
      if (busy.has(key))
        throw new ClusterError('CONFLICT', 'another request is sending this file', {
          fix: 'wait for it to end, then ask where to continue',
        });
      busy.add(key);
      try {
        await appendAlone(file, offset, source);
      } finally {
        busy.delete(key);
      }
    },
    copyIn: (path, bytesMax) => store(createReadStream(path, { highWaterMark: 1 << 20 }), bytesMax),
    removeUpload: (uploadId) => rm(join(uploads, uploadId), { recursive: true, force: true }),
    uploads: () => listUploads(uploads),
    storedBefore: (beforeMs) => listStored(files, beforeMs),
    remove: (sha256) => rm(pathOf(sha256), { force: true }),
  };
}

async function listUploads(folder: string): Promise<{ id: string; changedAtMs: number }[]> {
  const found = await Promise.all(
    (await readdir(folder)).map(async (id) => {
      const names = await readdir(join(folder, id)).catch(() => []);
      const times = await Promise.all(
        [join(folder, id), ...names.map((name) => join(folder, id, name))].map(changedAtMs),
      );
      return { id, changedAtMs: Math.max(...times) };
    }),
  );
  // A folder that went away meanwhile has no time.
  return found.filter((upload) => upload.changedAtMs > 0);
}

async function listStored(folder: string, beforeMs: number): Promise<string[]> {
  const old: string[] = [];
  for (const prefix of await readdir(folder)) {
    for (const sha256 of await readdir(join(folder, prefix))) {
      const time = await changedAtMs(join(folder, prefix, sha256));
      if (time > 0 && time < beforeMs) old.push(sha256);
    }
  }
  return old;
}

async function changedAtMs(path: string): Promise<number> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return 0;
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

async function readOrMakeId(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    const id = randomUUID();
    await writeFile(path, `${id}\n`, { mode: 0o640 });
    return id;
  }
}
