import { frameLengthAt, frameView } from './frame.ts';

/** Bytes that hold the length of a frame. */
const lengthBytes = 4;

/**
 * Memory that a frame is given on its word alone; a longer one gets more as its bytes arrive, so that four bytes cannot
 * claim a gibibyte. Nearly every frame is shorter.
 */
const claimedBytesMax = 4 * 2 ** 20;

/**
 * Cuts a byte stream into frames. A frame that lies whole in one chunk is a view of it; one that does not is put
 * together once, in memory of its own.
 */
export class FrameSplitter {
  /** The begin of the frame under way, with room for more of it; null between frames. */
  private partial: Uint8Array | null = null;
  private filled = 0;
  /** Of the frame under way. */
  private length = 0;
  /** The first bytes of a frame whose length is not known yet. */
  private readonly start = new Uint8Array(lengthBytes);
  private startFilled = 0;

  /**
   * Takes the next bytes of the stream and returns the frames that are whole now, in order.
   * @throws ClusterError INTERNAL when the bytes are no frames; the stream cannot be used any further.
   */
  push(chunk: Uint8Array): Uint8Array[] {
    const frames: Uint8Array[] = [];
    const view = frameView(chunk);
    let offset = 0;
    while (offset < chunk.byteLength) {
      if (this.partial === null && this.startFilled === 0 && chunk.byteLength - offset >= lengthBytes) {
        const end = offset + frameLengthAt(view, offset);
        if (end <= chunk.byteLength) {
          frames.push(chunk.subarray(offset, end));
          offset = end;
          continue;
        }
      }
      offset =
        this.partial === null ? this.fillStart(chunk, offset) : this.fillPartial(this.partial, chunk, offset, frames);
    }
    return frames;
  }

  /** True when the stream stopped inside a frame. */
  get isInsideFrame(): boolean {
    return this.partial !== null || this.startFilled > 0;
  }

  private fillStart(chunk: Uint8Array, offset: number): number {
    const taken = Math.min(lengthBytes - this.startFilled, chunk.byteLength - offset);
    this.start.set(chunk.subarray(offset, offset + taken), this.startFilled);
    this.startFilled += taken;
    if (this.startFilled === lengthBytes) {
      this.length = frameLengthAt(frameView(this.start), 0);
      this.partial = new Uint8Array(Math.min(this.length, claimedBytesMax));
      this.partial.set(this.start.subarray(0, lengthBytes));
      this.filled = lengthBytes;
      this.startFilled = 0;
    }
    return offset + taken;
  }

  private fillPartial(begin: Uint8Array, chunk: Uint8Array, offset: number, frames: Uint8Array[]): number {
    const taken = Math.min(this.length - this.filled, chunk.byteLength - offset);
    const frame = this.withRoom(begin, this.filled + taken);
    frame.set(chunk.subarray(offset, offset + taken), this.filled);
    this.filled += taken;
    this.partial = frame;
    if (this.filled === this.length) {
      frames.push(frame);
      this.partial = null;
    }
    return offset + taken;
  }

  /** Doubles what is there, so that each byte is copied about once; a frame ends with its own length exactly. */
  private withRoom(begin: Uint8Array, needed: number): Uint8Array {
    if (needed <= begin.byteLength) return begin;
    const larger = new Uint8Array(Math.min(this.length, Math.max(needed, 2 * begin.byteLength)));
    larger.set(begin.subarray(0, this.filled));
    return larger;
  }
}
