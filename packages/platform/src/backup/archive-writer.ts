import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { syncFolder } from '../files/sync-folder.ts';
import { contentBytesMax, formatVersion, magic, manifestPartName, recordKinds } from './archive-form.ts';
import type { ArchiveHeader, ArchivePart, RecordKind } from './archive-form.ts';
import type { ArchiveKey } from './archive-key.ts';
import { recordHead, recordSeal } from './seal-record.ts';
import type { RecordSeal } from './seal-record.ts';

export interface WrittenArchive {
  /** Bytes of the whole file. */
  readonly bytes: number;
  readonly manifestSha256: string;
  readonly parts: number;
}

/** Writes a backup file part by part, in constant memory. It takes its name when it is whole, and not before. */
export class ArchiveWriter {
  private readonly path: string;
  private readonly partial: string;
  private readonly file: FileHandle;
  private readonly sealer: RecordSeal;
  private readonly parts: ArchivePart[] = [];
  private records = 0;
  private written: number;

  private constructor(path: string, partial: string, file: FileHandle, sealer: RecordSeal, written: number) {
    this.path = path;
    this.partial = partial;
    this.file = file;
    this.sealer = sealer;
    this.written = written;
  }

  /** @param key null writes the archive readable for everybody who has it. @throws ClusterError CONFLICT when the file exists. */
  static async create(path: string, key: ArchiveKey | null, createdAt: Date): Promise<ArchiveWriter> {
    await assertAbsent(path);
    const partial = `${path}.${process.pid}.partial`;
    const header: ArchiveHeader = {
      formatVersion,
      createdAt: createdAt.toISOString(),
      encryption: key?.encryption ?? null,
    };
    const text = Buffer.from(JSON.stringify(header));
    const sha256 = createHash('sha256').update(text).digest();
    const length = Buffer.alloc(4);
    length.writeUInt32BE(text.length);
    const beginning = Buffer.concat([magic, length, text, sha256]);
    const file = await openNew(partial).catch((error: unknown) => {
      throw writeError(path, error);
    });
    const sealer = recordSeal(key?.recordKey(sha256) ?? null, sha256);
    const writer = new ArchiveWriter(path, partial, file, sealer, beginning.length);
    try {
      await writeAll(file, [beginning]);
      return writer;
    } catch (error) {
      await writer.discard();
      throw writeError(path, error);
    }
  }

  get bytesWritten(): number {
    return this.written;
  }

  /** Writes one part to its end. @returns what it held. @throws ClusterError STORAGE_FULL, and whatever `chunks` throws. */
  async part(name: string, chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<ArchivePart> {
    await this.record(recordKinds.partBegin, json({ name }));
    const hash = createHash('sha256');
    let bytes = 0;
    const pending: Pending = { chunks: [], bytes: 0 };
    for await (const chunk of chunks) {
      bytes += chunk.length;
      await this.take(pending, chunk, hash);
    }
    if (pending.bytes > 0) await this.record(recordKinds.data, Buffer.concat(pending.chunks));
    const sha256 = hash.digest('hex');
    await this.record(recordKinds.partEnd, json({ bytes, sha256 }));
    const part = { name, bytes, sha256 };
    this.parts.push(part);
    return part;
  }

  /** Writes the manifest and the end, makes the file durable, and gives it its name. @throws ClusterError STORAGE_FULL. */
  async finish(): Promise<WrittenArchive> {
    const manifest = Buffer.from(JSON.stringify({ parts: this.parts }));
    const parts = this.parts.length;
    const { sha256 } = await this.part(manifestPartName, [manifest]);
    await this.record(recordKinds.archiveEnd, json({ manifestSha256: sha256 }));
    try {
      await this.file.sync();
      await this.file.close();
      await assertAbsent(this.path);
      await rename(this.partial, this.path);
      await syncFolder(dirname(this.path));
    } catch (error) {
      throw writeError(this.path, error);
    }
    return { bytes: this.written, manifestSha256: sha256, parts };
  }

  /** Removes what was written. */
  async discard(): Promise<void> {
    // After a failed close it is closed all the same.
    await this.file.close().catch(() => undefined);
    await rm(this.partial, { force: true });
  }

  /** Collects small chunks into records of one size. */
  private async take(pending: Pending, chunk: Uint8Array, hash: Hash): Promise<void> {
    hash.update(chunk);
    for (let offset = 0; offset < chunk.length;) {
      const piece = chunk.subarray(offset, offset + contentBytesMax - pending.bytes);
      // The source may use its memory again for the next chunk.
      pending.chunks.push(Buffer.from(piece));
      pending.bytes += piece.length;
      offset += piece.length;
      if (pending.bytes < contentBytesMax) continue;
      await this.record(recordKinds.data, Buffer.concat(pending.chunks));
      pending.chunks = [];
      pending.bytes = 0;
    }
  }

  private async record(kind: RecordKind, content: Buffer): Promise<void> {
    const head = recordHead(kind, content.length);
    const { stored, tag } = this.sealer.seal(this.records, head, content);
    this.records += 1;
    try {
      await writeAll(this.file, [head, stored, tag]);
    } catch (error) {
      throw writeError(this.path, error);
    }
    this.written += head.length + stored.length + tag.length;
  }
}

interface Pending {
  chunks: Buffer[];
  bytes: number;
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

async function writeAll(file: FileHandle, buffers: Buffer[]): Promise<void> {
  const whole = Buffer.concat(buffers);
  for (let done = 0; done < whole.length;) done += (await file.write(whole, done)).bytesWritten;
}

/** What stands there was left by a process of the same number that was killed. */
async function openNew(partial: string): Promise<FileHandle> {
  await rm(partial, { force: true });
  return open(partial, 'wx', 0o600);
}

async function assertAbsent(path: string): Promise<void> {
  const present = await open(path, 'r').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return null;
    throw writeError(path, error);
  });
  if (present === null) return;
  await present.close();
  throw new ClusterError('CONFLICT', `${path} exists already`, { fix: 'choose another name, or name a folder' });
}

function writeError(path: string, cause: unknown): unknown {
  if (cause instanceof ClusterError) return cause;
  const code = codeOf(cause);
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new ClusterError('STORAGE_FULL', `the disk of ${path} is full; the backup was not made`, { cause });
  }
  if (code === 'ENOENT' || code === 'EACCES' || code === 'ENOTDIR' || code === 'EROFS') {
    const reason = code === 'ENOENT' ? 'there is no such folder' : 'this user may not write there';
    return new ClusterError('PREREQUISITE_MISSING', `${path} cannot be written: ${reason}`, { cause });
  }
  return cause;
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
