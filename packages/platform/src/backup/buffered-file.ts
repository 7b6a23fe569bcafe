import type { FileHandle } from 'node:fs/promises';

const bufferBytes = 1_048_576;

/** Reads a file in order, few bytes at a time for the caller and many at a time from the disk. */
export class BufferedFile {
  private readonly handle: FileHandle;
  private readonly buffer = Buffer.alloc(bufferBytes);
  private begin = 0;
  private end = 0;
  private taken = 0;

  constructor(handle: FileHandle) {
    this.handle = handle;
  }

  /** Bytes that were handed out so far. */
  get offset(): number {
    return this.taken;
  }

  /**
   * The next bytes, fewer only at the end of the file; at most a megabyte. They are valid until the next read.
   */
  async read(bytes: number): Promise<Buffer> {
    while (this.end - this.begin < bytes) {
      if (this.begin > 0) {
        this.buffer.copyWithin(0, this.begin, this.end);
        this.end -= this.begin;
        this.begin = 0;
      }
      const { bytesRead } = await this.handle.read(this.buffer, this.end, bufferBytes - this.end);
      if (bytesRead === 0) break;
      this.end += bytesRead;
    }
    const begin = this.begin;
    this.begin = Math.min(this.end, begin + bytes);
    this.taken += this.begin - begin;
    return this.buffer.subarray(begin, this.begin);
  }

  async close(): Promise<void> {
    await this.handle.close();
  }
}
