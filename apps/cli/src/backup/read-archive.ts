import { ArchiveReader } from '@cluster-ai/platform/backup/archive-reader.ts';
import type { OpenPart } from '@cluster-ai/platform/backup/archive-reader.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { z } from 'zod';
import { descriptionSchema, partNames, textPartBytesMax } from './description.ts';
import type { BackupDescription } from './description.ts';

export interface ArchiveOptions {
  readonly path: string;
  /** Null where none is given. */
  readonly passphrase: () => Promise<string | null>;
  readonly onProgress: (doneBytes: number) => void;
}

export interface ReadParts {
  readonly description: BackupDescription;
  readonly encrypted: boolean;
  readonly parts: number;
  /** Bytes of the file. */
  readonly bytes: number;
}

/**
 * Reads a backup to its end and checks all of it.
 * @param take receives every part behind the description, and must read it to its end.
 * @throws ClusterError with what is wrong, as `ArchiveReader` does.
 */
export async function readArchive(
  { path, passphrase, onProgress }: ArchiveOptions,
  take: (part: OpenPart, description: BackupDescription) => Promise<void>,
): Promise<ReadParts> {
  const reader = await ArchiveReader.open(path, passphrase);
  try {
    const first = await reader.nextPart();
    if (first?.name !== partNames.description) throw notUnderstood(path, 'it does not begin with its description');
    const description = await readJson(path, first, descriptionSchema);
    for (let part = await reader.nextPart(); part !== null; part = await reader.nextPart()) {
      await take({ name: part.name, chunks: () => reported(part, reader, onProgress) }, description);
    }
    return {
      description,
      encrypted: reader.header.encryption !== null,
      parts: reader.finished.length,
      bytes: reader.offset,
    };
  } finally {
    await reader.close();
  }
}

async function* reported(
  part: OpenPart,
  reader: ArchiveReader,
  onProgress: (doneBytes: number) => void,
): AsyncGenerator<Buffer, void, undefined> {
  for await (const chunk of part.chunks()) {
    onProgress(reader.offset);
    yield chunk;
  }
}

/** Reads a part and forgets it: its bytes have been checked then. */
export async function skipPart(part: OpenPart): Promise<void> {
  const chunks = part.chunks();
  while ((await chunks.next()).done !== true) continue;
}

/** A small part as the value that it holds. */
export async function readJson<T>(path: string, part: OpenPart, schema: z.ZodType<T>): Promise<T> {
  const text = await readText(path, part);
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw notUnderstood(path, `its ${part.name} has another form`, cause);
  }
}

export async function readText(path: string, part: OpenPart): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of part.chunks()) {
    bytes += chunk.length;
    if (bytes > textPartBytesMax) {
      throw notUnderstood(path, `its ${part.name} is larger than ${textPartBytesMax} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

export function notUnderstood(path: string, reason: string, cause?: unknown): ClusterError {
  return new ClusterError('UNSUPPORTED', `${path} cannot be understood: ${reason}`, {
    ...(cause === undefined ? {} : { cause }),
    fix: 'use the version of Cluster AI that made it, or a later one',
  });
}
