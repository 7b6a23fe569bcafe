import type { Upload } from '@cluster-ai/contract/api/uploads.ts';
import { toClusterError, type ClusterError } from '@cluster-ai/core/errors.ts';
import type { ChosenFile } from './chosen-files.ts';
import { unreadable } from './hash-file.ts';
import { nextPieceBytes, pieceBytesFirst } from './pace.ts';

const firstDelayMs = 1_000;
const delayMsMax = 15_000;

/** How often an offset may be wrong, or bytes arrive damaged, before it is a failure. */
const refusalsMax = 5;

/** A chosen file whose digest is known. */
export interface HashedFile extends ChosenFile {
  readonly sha256: string;
}

/** What sending needs of the world. */
export interface SendPort {
  /** Appends bytes at `offset`. @throws ClusterError; retryable when the connection broke. */
  append(upload: Upload, sha256: string, offset: number, bytes: ArrayBuffer): Promise<Upload>;
  /** How far an upload is. */
  read(upload: Upload): Promise<Upload>;
  /** Ends early when somebody presses "try now". @throws when sending was stopped */
  wait(delayMs: number): Promise<void>;
  nowMs(): number;
}

export interface SendEvents {
  readonly onProgress: (upload: Upload) => void;
  /** The connection is lost; the next try is in `delayMs`. Null when it is there again. */
  readonly onTrouble: (trouble: { readonly error: ClusterError; readonly delayMs: number } | null) => void;
}

/** Bytes that the server has, of files with the same content once. */
export function receivedBytes(upload: Upload): number {
  return distinct(upload).reduce((sum, file) => sum + file.receivedBytes, 0);
}

/** Bytes that the server will have. */
export function announcedBytes(upload: Upload): number {
  return distinct(upload).reduce((sum, file) => sum + file.size, 0);
}

function distinct(upload: Upload): Upload['files'] {
  return [...new Map(upload.files.map((file) => [file.sha256, file])).values()];
}

/**
 * Sends what the server does not have yet, and goes on after a connection that was lost, for as long as it takes.
 * @returns the complete upload
 * @throws ClusterError for what trying again cannot mend; what `port.wait` and `port.append` throw when it was stopped
 */
export async function sendFiles(
  start: Upload,
  files: readonly HashedFile[],
  port: SendPort,
  { onProgress, onTrouble }: SendEvents,
): Promise<Upload> {
  let upload = start;
  let pieceBytes = pieceBytesFirst;
  /** Tries in a row that came to nothing. */
  let lost = 0;
  let refusals = 0;
  for (;;) {
    const next = nextPiece(upload, files, pieceBytes);
    if (next === null) return upload;
    try {
      if (lost > 0) upload = await port.read(upload);
      const piece = lost > 0 ? nextPiece(upload, files, pieceBytes) : next;
      if (piece === null) return upload;
      const bytes = await readPiece(piece);
      const beganMs = port.nowMs();
      upload = await port.append(upload, piece.file.sha256, piece.offset, bytes);
      pieceBytes = nextPieceBytes(bytes.byteLength, port.nowMs() - beganMs);
      if (lost > 0) onTrouble(null);
      lost = 0;
      onProgress(upload);
    } catch (thrown) {
      const error = toClusterError(thrown);
      lost += 1;
      const isRefusal = error.code === 'CONFLICT' || error.code === 'CHECKSUM_MISMATCH';
      if (isRefusal) refusals += 1;
      if (refusals > refusalsMax || (!error.retryable && !isRefusal)) throw thrown;
      const delayMs = Math.min(delayMsMax, firstDelayMs * 2 ** (lost - 1));
      onTrouble({ error, delayMs });
      await port.wait(delayMs);
    }
  }
}

interface Piece {
  readonly file: HashedFile;
  readonly offset: number;
  readonly end: number;
}

function nextPiece(upload: Upload, files: readonly HashedFile[], pieceBytes: number): Piece | null {
  for (const { sha256, size, receivedBytes: offset } of upload.files) {
    if (offset >= size) continue;
    const file = files.find((chosen) => chosen.sha256 === sha256);
    if (file !== undefined) return { file, offset, end: Math.min(size, offset + pieceBytes) };
  }
  return null;
}

/** Read before it is sent: a file that has changed on disk would otherwise look like a lost connection. */
async function readPiece({ file: { file, path }, offset, end }: Piece): Promise<ArrayBuffer> {
  try {
    return await file.slice(offset, end).arrayBuffer();
  } catch (thrown) {
    throw unreadable(path, thrown instanceof Error ? thrown.message : String(thrown));
  }
}
