import { frameLengthAt, frameView } from './frame.ts';

/** Bytes that hold the length of a frame. */
const lengthBytes = 4;

/**
 * Cuts a byte stream into frames. A frame that lies whole in one chunk is a view of it; one that does not is put
 * together once, in memory of its own.
 */
export class FrameSplitter {
  /** The frame under way; null between frames. */
  private partial: Uint8Array | null = null;
  private filled = 0;
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
      this.partial = new Uint8Array(frameLengthAt(frameView(this.start), 0));
      this.partial.set(this.start.subarray(0, lengthBytes));
      this.filled = lengthBytes;
      this.startFilled = 0;
    }
    return offset + taken;
  }

  private fillPartial(frame: Uint8Array, chunk: Uint8Array, offset: number, frames: Uint8Array[]): number {
    const taken = Math.min(frame.byteLength - this.filled, chunk.byteLength - offset);
    frame.set(chunk.subarray(offset, offset + taken), this.filled);
    this.filled += taken;
    if (this.filled === frame.byteLength) {
      frames.push(frame);
      this.partial = null;
    }
    return offset + taken;
  }
}
