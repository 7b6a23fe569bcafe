import { Http2ConnectionError } from './http2-error.ts';
import { frameHeadBytes, preface } from './protocol.ts';

/** One frame. Its payload lies where it arrived, and may be overwritten when this returns. */
export type FrameListener = (type: number, flags: number, streamId: number, payload: Buffer) => void;

/**
 * Cuts what a client sends into frames (RFC 9113, section 4.1), after its preface. Frames that lie whole in what arrived are
 * handed on without a copy; of one that does not, its own bytes are kept and no more.
 */
export class FrameReader {
  private readonly frameBytesMax: number;
  private readonly onFrame: FrameListener;
  private prefaceSeen = 0;
  /** A frame of which a part is here: the first `filled` bytes of it. */
  private partial: Buffer | null = null;
  private filled = 0;

  /** @param frameBytesMax largest payload. */
  constructor(frameBytesMax: number, onFrame: FrameListener) {
    this.frameBytesMax = frameBytesMax;
    this.onFrame = onFrame;
  }

  get hasPreface(): boolean {
    return this.prefaceSeen === preface.length;
  }

  /** @throws Http2ConnectionError for another preface and for frames that are too large; what the listener throws. */
  read(chunk: Buffer): void {
    let at = this.hasPreface ? 0 : this.readPreface(chunk);
    if (this.partial !== null) at = this.complete(this.partial, chunk, at);
    while (chunk.length - at >= frameHeadBytes) {
      const end = at + frameHeadBytes + this.lengthAt(chunk, at);
      if (end > chunk.length) break;
      this.emit(chunk, at, end);
      at = end;
    }
    if (at < chunk.length) this.keep(chunk, at);
  }

  private readPreface(chunk: Buffer): number {
    const length = Math.min(preface.length - this.prefaceSeen, chunk.length);
    const end = this.prefaceSeen + length;
    if (preface.compare(chunk, 0, length, this.prefaceSeen, end) !== 0) {
      throw new Http2ConnectionError('PROTOCOL_ERROR', 'the connection does not begin with the preface of HTTP/2');
    }
    this.prefaceSeen = end;
    return length;
  }

  /** Goes on with a frame that began in earlier chunks. @returns where the next one begins. */
  private complete(partial: Buffer, chunk: Buffer, from: number): number {
    let at = from;
    let frame = partial;
    if (this.filled < frameHeadBytes) {
      at += this.fill(frame, chunk, at, frameHeadBytes);
      if (this.filled < frameHeadBytes) return at;
      frame = this.enlarge(frame);
    }
    at += this.fill(frame, chunk, at, frame.length);
    if (this.filled < frame.length) return at;
    this.partial = null;
    this.emit(frame, 0, frame.length);
    return at;
  }

  /** @returns how many bytes were taken. */
  private fill(frame: Buffer, chunk: Buffer, at: number, upTo: number): number {
    const taken = chunk.copy(frame, this.filled, at, Math.min(chunk.length, at + upTo - this.filled));
    this.filled += taken;
    return taken;
  }

  /** The head is whole: now the size of the frame is known. */
  private enlarge(head: Buffer): Buffer {
    const frame = Buffer.allocUnsafe(frameHeadBytes + this.lengthAt(head, 0));
    head.copy(frame, 0, 0, frameHeadBytes);
    this.partial = frame;
    return frame;
  }

  private keep(chunk: Buffer, at: number): void {
    const length = chunk.length - at;
    const isHeadWhole = length >= frameHeadBytes;
    const frame = Buffer.allocUnsafe(frameHeadBytes + (isHeadWhole ? this.lengthAt(chunk, at) : 0));
    chunk.copy(frame, 0, at);
    this.partial = frame;
    this.filled = length;
  }

  private lengthAt(bytes: Buffer, at: number): number {
    const length = bytes.readUIntBE(at, 3);
    if (length > this.frameBytesMax) {
      throw new Http2ConnectionError(
        'FRAME_SIZE_ERROR',
        `a frame has ${length} bytes; ${this.frameBytesMax} are allowed`,
      );
    }
    return length;
  }

  private emit(bytes: Buffer, at: number, end: number): void {
    const streamId = bytes.readUInt32BE(at + 5) & 0x7f_ff_ff_ff;
    const payload = bytes.subarray(at + frameHeadBytes, end);
    this.onFrame(bytes.readUInt8(at + 3), bytes.readUInt8(at + 4), streamId, payload);
  }
}
