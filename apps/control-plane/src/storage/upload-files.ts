import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { changedAtMs } from './file-store.ts';
import type { FileStore } from './file-store.ts';
import { fileBytes, hashFile, receiveBytes } from './receive-bytes.ts';
import { mapStorageError, systemCode } from './storage-errors.ts';
import type { LockUpload, UploadLock } from './upload-locks.ts';

/** A file that is on its way in. */
export interface UploadFile {
  readonly uploadId: string;
  readonly sha256: string;
  /** Bytes of the whole file. */
  readonly size: number;
}

/** What has arrived of uploads, at `uploads/<id>/<sha256>`. It outlives the process, so that uploads can go on. */
export interface UploadFiles {
  /** Bytes that are there; all of them when the file is stored already, by whatever upload. */
  receivedBytes(file: UploadFile): Promise<number>;
  /**
   * Appends to a file. When it is complete its digest is checked and it becomes a stored file.
   * @throws ClusterError CONFLICT for another offset than the bytes that are there, and while another request sends the
   * same file; CHECKSUM_MISMATCH, after which the file begins anew; BODY_TOO_LARGE, STORAGE_FULL, CANCELLED.
   */
  append(file: UploadFile, offset: number, source: Readable): Promise<void>;
  /**
   * Stores a file of which every byte has arrived and which is not stored yet: an empty one, which nobody sends, or one
   * whose last bytes came just before the process ended. @throws ClusterError CHECKSUM_MISMATCH.
   */
  complete(file: UploadFile): Promise<void>;
  remove(uploadId: string): Promise<void>;
  /** Uploads of which something is there. */
  list(): Promise<string[]>;
  /** Time of the last progress, milliseconds since 1970; null when nothing has arrived. */
  progressAtMs(uploadId: string): Promise<number | null>;
}

export interface UploadFilesOptions {
  /** Folder that all control planes of an installation share. */
  readonly folder: string;
  readonly store: FileStore;
  readonly lock: LockUpload;
  /** Counts what arrives. */
  readonly onBytes: (count: number) => void;
}

/** Makes the folder of uploads and opens it. */
export async function openUploadFiles({
  folder: shared,
  store,
  lock,
  onBytes,
}: UploadFilesOptions): Promise<UploadFiles> {
  const folder = join(shared, 'uploads');
  await mkdir(folder, { recursive: true, mode: 0o750 });
  const pathOf = (file: UploadFile): string => join(folder, file.uploadId, file.sha256);

  async function receivedBytes(file: UploadFile): Promise<number> {
    if (await store.has(file.sha256, file.size)) return file.size;
    return (await fileBytes(pathOf(file))) ?? 0;
  }

  async function append(file: UploadFile, offset: number, source: Readable, held: UploadLock): Promise<void> {
    const path = pathOf(file);
    // Whoever was receiving it may be frozen and go on one day, with the file open.
    if (held.abandoned && (await fileBytes(path)) !== null) await store.detach(path);
    const there = await receivedBytes(file);
    if (there !== offset) {
      throw new ClusterError(
        'CONFLICT',
        `the offset is ${offset}, expected is ${there}: that many bytes of this file have arrived`,
        { fix: `continue with offset=${there}` },
      );
    }
    if (await store.has(file.sha256, file.size)) return;
    await mkdir(join(folder, file.uploadId), { recursive: true, mode: 0o750 }).catch((error: unknown) => {
      throw mapStorageError(error);
    });
    const beforeWrite = (): void => held.assertHeld();
    const received = await receiveBytes(source, { path, offset, bytesMax: file.size, onBytes, beforeWrite });
    if (received.bytes < file.size) return;
    const sha256 = received.sha256 ?? (await hashFile(path));
    held.assertHeld();
    if (sha256 === file.sha256) {
      await store.adopt(path, sha256);
      return;
    }
    await rm(path, { force: true });
    throw new ClusterError(
      'CHECKSUM_MISMATCH',
      `the bytes have the SHA-256 ${sha256}, announced was ${file.sha256}; the file begins anew at offset 0`,
    );
  }

  /** Two requests must not write to one file, whichever control planes they came to. */
  async function appendAlone(file: UploadFile, offset: number, source: Readable): Promise<void> {
    const held = await lock(`${file.uploadId}:${file.sha256}`);
    if (held === null) {
      throw new ClusterError('CONFLICT', 'another request is sending this file', {
        fix: 'wait for it to end, then ask where to continue',
      });
    }
    try {
      await append(file, offset, source, held);
    } finally {
      await held.release();
    }
  }

  return {
    receivedBytes,
    append: appendAlone,
    complete: async (file) => {
      if (!(await store.has(file.sha256, file.size))) await appendAlone(file, file.size, Readable.from([]));
    },
    remove: (uploadId) => rm(join(folder, uploadId), { recursive: true, force: true }),
    list: () => readdir(folder),
    progressAtMs: (uploadId) => lastChangeMs(join(folder, uploadId)),
  };
}

async function lastChangeMs(folder: string): Promise<number | null> {
  const own = await changedAtMs(folder);
  if (own === null) return null;
  const names = await readdir(folder).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  });
  const times = await Promise.all(names.map((name) => changedAtMs(join(folder, name))));
  return Math.max(own, ...times.map((time) => time ?? 0));
}
