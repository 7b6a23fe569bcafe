import { Http2ConnectionError } from './http2-error.ts';

/** Frames of one block at most: an honest client fills them. */
const framesMax = 64;

/**
 * A header block that comes in more frames than one (RFC 9113, section 4.3): HEADERS, and CONTINUATION until one says that
 * it is the last. Nothing else may come between them, and neither their bytes nor their number is without a limit.
 */
export class HeaderBlock {
  readonly streamId: number;
  readonly endStream: boolean;
  readonly beganAtMs: number;
  private readonly bytesMax: number;
  private readonly parts: Buffer[] = [];
  private byteCount = 0;

  constructor(streamId: number, endStream: boolean, bytesMax: number, beganAtMs: number) {
    this.streamId = streamId;
    this.endStream = endStream;
    this.bytesMax = bytesMax;
    this.beganAtMs = beganAtMs;
  }

  /** @throws Http2ConnectionError ENHANCE_YOUR_CALM: a block that is not read to its end leaves no connection to go on with. */
  add(part: Buffer): void {
    this.byteCount += part.length;
    if (this.byteCount > this.bytesMax || this.parts.length >= framesMax) {
      throw new Http2ConnectionError('ENHANCE_YOUR_CALM', `a header block has more than ${this.bytesMax} bytes`);
    }
    // Small parts must not keep all that arrived with them.
    this.parts.push(Buffer.from(part));
  }

  whole(): Buffer {
    return Buffer.concat(this.parts);
  }
}
