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

/** A log file of limited size: when it is full it becomes `.1`, the older ones move up, and the oldest goes. Mode 0600. */
export function openRotatingFile(options: RotatingFileOptions): RotatingFile {
  const { path, fileBytesMax, filesMax } = options;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  let file = openSync(path, 'a', 0o600);
  let sizeBytes = statSync(path).size;

  function rotate(): void {
    closeSync(file);
    for (let index = filesMax - 1; index >= 1; index -= 1) {
      const from = index === 1 ? path : `${path}.${index - 1}`;
      if (statSync(from, { throwIfNoEntry: false }) !== undefined) renameSync(from, `${path}.${index}`);
    }
    file = openSync(path, filesMax === 1 ? 'w' : 'a', 0o600);
    sizeBytes = 0;
  }

  return {
    write(chunk) {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
      if (sizeBytes > 0 && sizeBytes + bytes.length > fileBytesMax) rotate();
      for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written);
      sizeBytes += bytes.length;
    },
    close: () => closeSync(file),
  };
}
