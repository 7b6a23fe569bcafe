import { randomUUID } from 'node:crypto';
import { closeSync, constants, ftruncateSync, openSync, unlinkSync, writevSync } from 'node:fs';
import path from 'node:path';

/** Linux's folder of files that are memory and nothing else. On a disk, inputs of models would end up on it. */
const memoryFolder = '/dev/shm';

/** What a slot's runs may have in the file at once, bytes; what is more takes the pipe. */
const regionBytes = 32 * 2 ** 20;

/** Memory that stays in the file while nothing uses it, bytes: what was filled once is quicker to fill again. */
const keptBytesMax = 4 * 2 ** 20;

/** A piece of a region that a run lies in. */
interface Piece {
  readonly start: number;
  readonly end: number;
}

/**
 * Memory through which large inputs reach a runner: a file without a name, which the gateway writes and the runner can
 * only read. Two copies by the kernel, into it and out of it, and no waiting in between: a pipe holds a few pages, so
 * that a large frame needs both ends to take turns.
 */
export class ScratchFile {
  private readonly writer: number;
  /** To be handed to the runner; its own until `handedOver`. */
  readonly reader: number;
  private readonly regions: readonly ScratchRegion[];
  private usable = true;

  private constructor(writer: number, reader: number, slots: number) {
    this.writer = writer;
    this.reader = reader;
    this.regions = Array.from({ length: slots }, (_, slot) => new ScratchRegion(this, slot * regionBytes));
  }

  /** @returns null where the system has no such files: everything takes the pipe then. */
  static open(slots: number, folder = memoryFolder): ScratchFile | null {
    const name = path.join(folder, `cluster-ai-${randomUUID()}`);
    try {
      const writer = openSync(name, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600);
      try {
        return new ScratchFile(writer, openSync(name, constants.O_RDONLY), slots);
      } catch {
        closeSync(writer);
        return null;
      } finally {
        unlinkSync(name);
      }
    } catch {
      // Not there, not writable, or no descriptor is left: the pipe does the same, more slowly.
      return null;
    }
  }

  /** The runner has its own descriptor now. */
  handedOver(): void {
    closeSync(this.reader);
  }

  region(slot: number): ScratchRegion | null {
    return this.regions[slot] ?? null;
  }

  /** The runner is gone: the memory goes back to the system. */
  close(): void {
    if (this.usable) this.stop();
    closeSync(this.writer);
  }

  /** @returns false when there is no memory left for it. */
  write(segments: readonly Uint8Array[], bytes: number, start: number): boolean {
    if (!this.usable) return false;
    try {
      if (writevSync(this.writer, segments, start) === bytes) return true;
    } catch {
      // ENOSPC, most likely: containers give this folder 64 MiB.
    }
    this.stop();
    return false;
  }

  /** A region has nothing in it any more. */
  emptied(): void {
    let filled = 0;
    for (const { inUse, filledBytes } of this.regions) {
      if (inUse) return;
      filled += filledBytes;
    }
    if (filled > keptBytesMax) this.truncate();
  }

  /** What lies in the file is read all the same; nothing is added. */
  private stop(): void {
    this.usable = false;
    if (!this.regions.some(({ inUse }) => inUse)) this.truncate();
  }

  private truncate(): void {
    ftruncateSync(this.writer, 0);
    for (const region of this.regions) region.filledBytes = 0;
  }
}

/** The part of the file that belongs to one slot. It reads its runs in the order in which they were written. */
export class ScratchRegion {
  private readonly file: ScratchFile;
  private readonly base: number;
  private readonly pieces: Piece[] = [];
  /** Memory of the file that belongs to it, whether or not something lies in it. */
  filledBytes = 0;

  constructor(file: ScratchFile, base: number) {
    this.file = file;
    this.base = base;
  }

  get inUse(): boolean {
    return this.pieces.length > 0;
  }

  /**
   * Copies a frame into the file.
   * @returns where it lies in the file; null when there is no room, and it has to take another way.
   */
  store(segments: readonly Uint8Array[], bytes: number): number | null {
    const start = this.startOf(bytes);
    if (start === null || !this.file.write(segments, bytes, this.base + start)) return null;
    this.pieces.push({ start, end: start + bytes });
    this.filledBytes = Math.max(this.filledBytes, start + bytes);
    return this.base + start;
  }

  /** The oldest frame has been read. */
  release(): void {
    this.pieces.shift();
    if (this.pieces.length === 0) this.file.emptied();
  }

  /** Behind the newest, or at the beginning, which is warm, as soon as there is room. */
  private startOf(bytes: number): number | null {
    const [oldest] = this.pieces;
    const newest = this.pieces.at(-1);
    if (oldest === undefined || newest === undefined) return bytes <= regionBytes ? 0 : null;
    const hasWrapped = newest.start < oldest.start;
    if (hasWrapped) return newest.end + bytes <= oldest.start ? newest.end : null;
    if (bytes <= oldest.start) return 0;
    return newest.end + bytes <= regionBytes ? newest.end : null;
  }
}
