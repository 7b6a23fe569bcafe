import type { Hash } from 'node:crypto';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { mapStorageError, systemCode } from './storage-errors.ts';

export interface ReceiveOptions {
  /** The file under its temporary name; made when it is not there. */
  readonly path: string;
  /** Bytes that are there already. */
  readonly offset: number;
  /** Bytes of the whole file at most. */
  readonly bytesMax: number;
  /** Counts what arrives. */
  readonly onBytes: (count: number) => void;
  /** Called before each write; what it throws ends the reception, with what came before. */
  readonly beforeWrite?: () => void;
}

export interface Received {
  /** Bytes of the whole file now. */
  readonly bytes: number;
  /** SHA-256 of the whole file; null when it did not all come in this stream. */
  readonly sha256: string | null;
}

/**
 * Appends a stream to a file, chunk by chunk, and makes it durable. What arrived before an error stays, so that the sender
 * can go on from there. The stream is left open on an error: an answer can still be sent on its connection.
 * @throws ClusterError BODY_TOO_LARGE, STORAGE_FULL, CANCELLED when the sender went away.
 */
export async function receiveBytes(source: Readable, options: ReceiveOptions): Promise<Received> {
  const file = await open(options.path, options.offset === 0 ? 'w' : 'r+', 0o640);
  const hash = options.offset === 0 ? createHash('sha256') : null;
  let bytes = options.offset;
  try {
    // What the stream gives is untyped; request and response bodies without an encoding are made of buffers.
    for await (const chunk of source.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      if (bytes + chunk.length > options.bytesMax) {
        throw new ClusterError(
          'BODY_TOO_LARGE',
          `more bytes arrived than the ${options.bytesMax} that were announced or are allowed`,
        );
      }
      options.beforeWrite?.();
      await writeWhole(file, chunk, bytes);
      hash?.update(chunk);
      bytes += chunk.length;
      options.onBytes(chunk.length);
    }
    // Some file systems find out only now that there is no room.
    await file.sync();
    return { bytes, sha256: hash?.digest('hex') ?? null };
  } catch (error) {
    throw senderIsGone(error)
      ? new ClusterError('CANCELLED', 'the sender went away; continue from the bytes that have arrived', {
          cause: error,
        })
      : mapStorageError(error);
  } finally {
    await file.close();
  }
}

async function writeWhole(file: FileHandle, chunk: Buffer, position: number): Promise<void> {
  for (let written = 0; written < chunk.length;) {
    const { bytesWritten } = await file.write(chunk, written, chunk.length - written, position + written);
    written += bytesWritten;
  }
}

function senderIsGone(error: unknown): boolean {
  const code = systemCode(error);
  return code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ABORT_ERR';
}

/** SHA-256 of a file's bytes, read as a stream. */
export async function hashFile(path: string): Promise<string> {
  const hash: Hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    hash.update(chunk);
  }
  return hash.digest('hex');
}

/** Size in bytes; null when there is no such file. */
export async function fileBytes(path: string): Promise<number | null> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
}
