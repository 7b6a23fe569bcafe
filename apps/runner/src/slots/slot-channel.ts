import { readSync, writevSync } from 'node:fs';
import { frameLengthAt, frameView } from '@cluster-ai/protocols/runner-frames/frame.ts';

const initialBufferBytes = 65_536;

/** Frames up to this size share one buffer; a larger one gets memory of its own, given back after it. Bytes. */
const keptBufferBytesMax = 4 * 2 ** 20;

const lengthBytes = 4;

/**
 * The slot's end of its pipe, read and written with blocking system calls: this thread has nothing else to wait for,
 * and the kernel wakes it directly.
 */
export class SlotChannel {
  private readonly descriptor: number;
  private buffer: Uint8Array<ArrayBuffer> = new Uint8Array(initialBufferBytes);
  /** Unread bytes lie from `start` to `end`. */
  private start = 0;
  private end = 0;
  /** Memory of the frame that `read` has given last, when it had memory of its own. */
  private large: ArrayBuffer | null = null;

  constructor(descriptor: number) {
    this.descriptor = descriptor;
  }

  /**
   * Waits for the next frame. It starts at a multiple of 8 in its memory and stays valid until the next call.
   * @returns null when the gateway has closed the pipe.
   */
  read(): Uint8Array | null {
    this.giveBackLarge();
    while (this.end - this.start < lengthBytes) {
      if (this.start > 0) this.moveToFront();
      if (!this.fill()) return null;
    }
    const length = frameLengthAt(frameView(this.buffer), this.start);
    if (length > keptBufferBytesMax) return this.readLarge(length);
    if (this.start + length > this.buffer.byteLength) this.makeRoom(length);
    while (this.end - this.start < length) {
      if (!this.fill()) return null;
    }
    const frame = this.buffer.subarray(this.start, this.start + length);
    this.start += length;
    return frame;
  }

  /** Writes the pieces of one frame. */
  write(segments: readonly Uint8Array[]): void {
    let rest = segments;
    while (rest.length > 0) rest = afterBytes(rest, writevSync(this.descriptor, rest));
  }

  /** At once: this thread is about to wait, perhaps for hours, and collects no garbage meanwhile. */
  private giveBackLarge(): void {
    this.large?.transfer(0);
    this.large = null;
  }

  private fill(): boolean {
    const bytes = readSync(this.descriptor, this.buffer, this.end, this.buffer.byteLength - this.end, null);
    this.end += bytes;
    return bytes > 0;
  }

  private moveToFront(): void {
    this.buffer.copyWithin(0, this.start, this.end);
    this.end -= this.start;
    this.start = 0;
  }

  private makeRoom(length: number): void {
    if (length <= this.buffer.byteLength) {
      this.moveToFront();
      return;
    }
    const larger = new Uint8Array(Math.min(keptBufferBytesMax, 2 ** Math.ceil(Math.log2(length))));
    larger.set(this.buffer.subarray(this.start, this.end));
    this.buffer = larger;
    this.end -= this.start;
    this.start = 0;
  }

  private readLarge(length: number): Uint8Array | null {
    const frame = new Uint8Array(length);
    this.large = frame.buffer;
    let filled = Math.min(length, this.end - this.start);
    frame.set(this.buffer.subarray(this.start, this.start + filled));
    this.start += filled;
    while (filled < length) {
      const bytes = readSync(this.descriptor, frame, filled, length - filled, null);
      if (bytes === 0) return null;
      filled += bytes;
    }
    return frame;
  }
}

function afterBytes(segments: readonly Uint8Array[], written: number): readonly Uint8Array[] {
  let left = written;
  let index = 0;
  for (const segment of segments) {
    if (left < segment.byteLength) break;
    left -= segment.byteLength;
    index += 1;
  }
  const [first, ...others] = segments.slice(index);
  return first === undefined ? [] : [first.subarray(left), ...others];
}
