import { readSync, writevSync } from 'node:fs';
import { decodeStoredFrame } from '@cluster-ai/protocols/runner-frames/control-frames.ts';
import {
  frameKinds,
  frameLengthAt,
  frameView,
  malformedFrame,
  readFrameHeader,
} from '@cluster-ai/protocols/runner-frames/frame.ts';

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
  private readonly scratchDescriptor: number;
  /** Frames of the scratch file, unless they are too large to be kept room for. */
  private stored = new Uint8Array(0);
  private buffer: Uint8Array<ArrayBuffer> = new Uint8Array(initialBufferBytes);
  /** Unread bytes lie from `start` to `end`. */
  private start = 0;
  private end = 0;
  /** Memory of the frame that `read` has given last, when it had memory of its own. */
  private large: ArrayBuffer | null = null;

  /** @param scratchDescriptor the file in which large frames lie. */
  constructor(descriptor: number, scratchDescriptor: number) {
    this.descriptor = descriptor;
    this.scratchDescriptor = scratchDescriptor;
  }

  /**
   * Waits for the next frame, and takes it from the scratch file if it lies there. It starts at a multiple of 8 in its memory and stays valid until the next call.
   * @returns null when the gateway has closed the pipe.
   */
  read(): Uint8Array | null {
    this.giveBackLarge();
    const frame = this.readPipe();
    return frame === null || readFrameHeader(frame).kind !== frameKinds.STORED ? frame : this.readStored(frame);
  }

  private readPipe(): Uint8Array | null {
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

  private readStored(pointer: Uint8Array): Uint8Array {
    const { offset, bytes } = decodeStoredFrame(pointer);
    const memory = this.memoryFor(bytes);
    let filled = 0;
    while (filled < bytes) {
      const count = readSync(this.scratchDescriptor, memory, filled, bytes - filled, offset + filled);
      if (count === 0) throw malformedFrame('the scratch file ends too early');
      filled += count;
    }
    return memory.subarray(0, bytes);
  }

  private memoryFor(bytes: number): Uint8Array {
    if (bytes > keptBufferBytesMax) {
      const frame = new Uint8Array(bytes);
      this.large = frame.buffer;
      return frame;
    }
    if (bytes > this.stored.byteLength) {
      this.stored = new Uint8Array(Math.min(keptBufferBytesMax, 2 ** Math.ceil(Math.log2(bytes))));
    }
    return this.stored;
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
