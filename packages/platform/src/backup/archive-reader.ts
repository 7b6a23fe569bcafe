import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { z } from 'zod';
import {
  archiveEndSchema,
  formatVersion,
  headerSchema,
  magic,
  manifestBytesMax,
  manifestPartName,
  manifestSchema,
  partBeginSchema,
  partEndSchema,
  recordHeadBytes,
  recordKinds,
  contentBytesMax,
} from './archive-form.ts';
import type { ArchiveHeader, ArchivePart } from './archive-form.ts';
import { openArchiveKey } from './archive-key.ts';
import type { ArchiveKey } from './archive-key.ts';
import { BufferedFile } from './buffered-file.ts';
import { damaged, notBackup, truncated } from './archive-damage.ts';
import { recordSeal } from './seal-record.ts';
import type { RecordSeal } from './seal-record.ts';

/** A part that is being read. */
export interface OpenPart {
  readonly name: string;
  /** Its content; every chunk was checked before it is given out, and the whole at the end. */
  chunks(): AsyncGenerator<Buffer, void, undefined>;
}

interface ReadRecord {
  readonly kind: number;
  readonly content: Buffer;
}

/** Reads a backup file from its beginning to its end, in constant memory, and trusts nothing that it did not check. */
export class ArchiveReader {
  readonly header: ArchiveHeader;
  private readonly path: string;
  private readonly file: BufferedFile;
  private readonly sealer: RecordSeal;
  private readonly parts: ArchivePart[] = [];
  private records = 0;
  private place = 'its beginning';
  /** Bytes of the present part that were read; undefined between two parts. */
  private partBytes: number | undefined;

  private constructor(path: string, file: BufferedFile, header: ArchiveHeader, sealer: RecordSeal) {
    this.path = path;
    this.file = file;
    this.header = header;
    this.sealer = sealer;
  }

  /**
   * Opens a backup.
   * @param passphrase gives null where there is none; one for a backup that is not encrypted is refused.
   * @throws ClusterError NOT_FOUND, INVALID_ARGUMENT for what is no backup, UNSUPPORTED for a later form,
   * CHECKSUM_MISMATCH, CONFIG_INVALID for a key that is missing, another one or not needed.
   */
  static async open(path: string, passphrase: () => Promise<string | null>): Promise<ArchiveReader> {
    const handle = await openForReading(path);
    try {
      const file = new BufferedFile(handle);
      const { header, sha256 } = await readHeader(path, file);
      const key = await keyFor(path, header, await passphrase());
      return new ArchiveReader(path, file, header, recordSeal(key?.recordKey(sha256) ?? null, sha256));
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Bytes of the file that were read. */
  get offset(): number {
    return this.file.offset;
  }

  /** What the parts held that were read to their ends. */
  get finished(): readonly ArchivePart[] {
    return this.parts;
  }

  /**
   * The next part, or null after the last one and when everything fits the manifest. The part before must have been read
   * to its end. @throws ClusterError CHECKSUM_MISMATCH with the part and the place in the file.
   */
  async nextPart(): Promise<OpenPart | null> {
    const { content } = await this.record([recordKinds.partBegin]);
    const { name } = this.parse(content, partBeginSchema);
    if (name === manifestPartName) {
      await this.readEnd();
      return null;
    }
    return { name, chunks: () => this.chunks(name) };
  }

  async close(): Promise<void> {
    await this.file.close();
  }

  private async *chunks(name: string): AsyncGenerator<Buffer, void, undefined> {
    this.place = name;
    let bytes = 0;
    this.partBytes = bytes;
    const hash = createHash('sha256');
    for (;;) {
      const { kind, content } = await this.record([recordKinds.data, recordKinds.partEnd]);
      if (kind === recordKinds.partEnd) {
        const end = this.parse(content, partEndSchema);
        if (end.bytes !== bytes || end.sha256 !== hash.digest('hex')) throw this.damageAt(this.offset);
        this.parts.push({ name, ...end });
        this.place = `what follows ${name}`;
        this.partBytes = undefined;
        return;
      }
      hash.update(content);
      bytes += content.length;
      this.partBytes = bytes;
      yield content;
    }
  }

  private async readEnd(): Promise<void> {
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of this.chunks(manifestPartName)) {
      bytes += chunk.length;
      if (bytes > manifestBytesMax) throw this.damageAt(this.offset);
      chunks.push(chunk);
    }
    const manifest = Buffer.concat(chunks);
    const { parts } = this.parse(manifest, manifestSchema);
    const read = this.parts.slice(0, -1);
    const { content } = await this.record([recordKinds.archiveEnd]);
    const { manifestSha256 } = this.parse(content, archiveEndSchema);
    const isSame =
      parts.length === read.length &&
      parts.every((part, index) => {
        const found = read[index];
        return found?.name === part.name && found.bytes === part.bytes && found.sha256 === part.sha256;
      });
    if (!isSame || manifestSha256 !== createHash('sha256').update(manifest).digest('hex')) {
      throw damaged(this.path, 'the manifest, which does not list what is there', this.offset, this.offset);
    }
    if ((await this.file.read(1)).length > 0) {
      throw damaged(this.path, 'what follows its end, where nothing should be', this.offset - 1, this.offset);
    }
  }

  private async record(kinds: readonly number[]): Promise<ReadRecord> {
    const begin = this.file.offset;
    const head = await this.exactly(recordHeadBytes);
    const kind = head.readUInt8(0);
    const length = head.readUInt32BE(1);
    if (length > contentBytesMax) throw this.damageAt(begin);
    const stored = await this.exactly(length);
    const tag = await this.exactly(this.sealer.tagBytes);
    const content = this.sealer.open(this.records, head, stored, tag);
    if (content === null || !kinds.includes(kind)) throw this.damageAt(begin);
    this.records += 1;
    return { kind, content };
  }

  /** A copy: what the file's buffer holds changes with the next read. */
  private async exactly(bytes: number): Promise<Buffer> {
    const read = Buffer.from(await this.file.read(bytes));
    if (read.length < bytes) throw truncated(this.path, this.place, this.file.offset);
    return read;
  }

  private parse<T>(content: Buffer, schema: z.ZodType<T>): T {
    try {
      return schema.parse(JSON.parse(content.toString('utf8')));
    } catch {
      // The tag fits, so this was written by a program with another form.
      throw damaged(this.path, this.place, this.offset - content.length, this.offset);
    }
  }

  private damageAt(begin: number): ClusterError {
    return damaged(this.path, this.place, begin, this.file.offset, this.partBytes);
  }
}

async function openForReading(path: string): Promise<FileHandle> {
  try {
    const handle = await open(path, 'r');
    if ((await handle.stat()).isFile()) return handle;
    await handle.close();
    throw notBackup(path, 'it is not a file');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'ENOENT') throw new ClusterError('NOT_FOUND', `there is no file ${path}`, { cause });
    if (code === 'EACCES') throw new ClusterError('PREREQUISITE_MISSING', `${path} cannot be read: permission denied`);
    throw cause;
  }
}

async function readHeader(path: string, file: BufferedFile): Promise<{ header: ArchiveHeader; sha256: Buffer }> {
  const beginning = Buffer.from(await file.read(magic.length));
  if (!beginning.equals(magic)) {
    const version = /^cluster-ai backup (\d+)\n/.exec(beginning.toString('latin1'))?.[1];
    if (version === undefined) throw notBackup(path, 'it does not begin like one');
    throw new ClusterError('UNSUPPORTED', `${path} has form ${version}; this program reads form ${formatVersion}`, {
      fix: 'use the version of Cluster AI that made it, or a later one',
    });
  }
  const lengthBytes = await file.read(4);
  if (lengthBytes.length < 4) throw truncated(path, 'its header', file.offset);
  const length = lengthBytes.readUInt32BE(0);
  if (length > contentBytesMax) throw damaged(path, 'its header', magic.length, file.offset);
  const text = Buffer.from(await file.read(length));
  const stored = Buffer.from(await file.read(32));
  if (stored.length < 32) throw truncated(path, 'its header', file.offset);
  const sha256 = createHash('sha256').update(text).digest();
  if (!sha256.equals(stored)) throw damaged(path, 'its header', magic.length, file.offset);
  try {
    return { header: headerSchema.parse(JSON.parse(text.toString('utf8'))), sha256 };
  } catch (cause) {
    throw new ClusterError('UNSUPPORTED', `${path} has a header that this program does not understand`, {
      cause,
      fix: 'use the version of Cluster AI that made it, or a later one',
    });
  }
}

async function keyFor(
  path: string,
  { encryption }: ArchiveHeader,
  passphrase: string | null,
): Promise<ArchiveKey | null> {
  if (encryption === null) {
    if (passphrase === null) return null;
    // Whoever has a key takes what it opens for his own; a file in the place of an encrypted one must not pass for it.
    throw new ClusterError(
      'CONFIG_INVALID',
      `${path} is not encrypted, and a key was given: anybody could have made it`,
      { fix: 'leave the key out (also CLUSTER_AI_BACKUP_KEY and CLUSTER_AI_BACKUP_KEY_FILE) to read it all the same' },
    );
  }
  if (passphrase !== null) return openArchiveKey(passphrase, encryption, path);
  throw new ClusterError('CONFIG_INVALID', `${path} is encrypted, and no key was given`, {
    fix: 'give its key with --key-file or CLUSTER_AI_BACKUP_KEY',
  });
}
