import { closeSync, mkdirSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

export interface RotatingFileOptions {
  readonly path: string;
  /** Bytes of one file at most; a single write may exceed it. */
  readonly fileBytesMax: number;
  /** Files in all, the present one included: `x.log`, `x.log.1`, … */
  readonly filesMax: number;
}

export interface RotatingFile {
  write(chunk: Uint8Array | string): void;
  close(): void;
}

/**
 * A log file of limited size: when it is full it becomes `.1`, the older ones move up, and the oldest goes. Mode 0600.
 *
 * A disk without room, or a process without file descriptors, must not end whoever logs: what cannot be written is lost,
 * and the first line after that says how much. @throws Error when the file cannot be opened in the first place.
 */
export function openRotatingFile(options: RotatingFileOptions): RotatingFile {
  const { path, fileBytesMax, filesMax } = options;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  let file = openSync(path, 'a', 0o600);
  let sizeBytes = statSync(path).size;
  let lost: { bytes: number; reason: string } | null = null;

  function rotate(): void {
    // The new file first: without it the present one goes on, larger than it should be.
    const present = `${path}.next`;
    const next = openSync(present, 'w', 0o600);
    closeSync(file);
    file = next;
    sizeBytes = 0;
    for (let index = filesMax - 1; index >= 1; index -= 1) {
      const from = index === 1 ? path : `${path}.${index - 1}`;
      if (statSync(from, { throwIfNoEntry: false }) !== undefined) renameSync(from, `${path}.${index}`);
    }
    renameSync(present, path);
  }

  function writeWhole(bytes: Uint8Array): void {
    for (let written = 0; written < bytes.length;) {
      const count = writeSync(file, bytes, written);
      written += count;
      sizeBytes += count;
    }
  }

  function write(bytes: Uint8Array): void {
    try {
      if (sizeBytes > 0 && sizeBytes + bytes.length > fileBytesMax) rotate();
      if (lost !== null) writeWhole(Buffer.from(lossLine(lost)));
      lost = null;
      writeWhole(bytes);
    } catch (error) {
      lost = {
        bytes: (lost?.bytes ?? 0) + bytes.length,
        reason: error instanceof Error ? error.message : String(error),
      };
    }
  }

  return {
    write: (chunk) => write(typeof chunk === 'string' ? Buffer.from(chunk) : chunk),
    close: () => closeSync(file),
  };
}

/** Begins a new line: the last one may have been cut. */
function lossLine({ bytes, reason }: { readonly bytes: number; readonly reason: string }): string {
  const message = `${bytes} bytes of this log were lost: ${reason}`;
  return `\n${JSON.stringify({ level: 'warn', time: new Date().toISOString(), message })}\n`;
}
