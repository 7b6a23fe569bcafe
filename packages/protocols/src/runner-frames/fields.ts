import {
  alignedBytes,
  frameBytesMax,
  frameHeaderBytes,
  frameView,
  malformedFrame,
  writeFrameHeader,
  type FrameHeader,
} from './frame.ts';

/** Longest text in a frame, UTF-8 bytes. */
const textBytesMax = 1_048_576;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** Writes the fields of a control frame one after the other, unaligned. */
export class FieldWriter {
  private readonly header: FrameHeader;
  private bytes = new Uint8Array(256);
  private view = new DataView(this.bytes.buffer);
  private offset = frameHeaderBytes;

  constructor(header: FrameHeader) {
    this.header = header;
  }

  uint32(value: number): this {
    const start = this.claim(4);
    this.view.setUint32(start, value, true);
    return this;
  }

  float64(value: number): this {
    const start = this.claim(8);
    this.view.setFloat64(start, value, true);
    return this;
  }

  /** Length in bytes, then UTF-8. A text past the limit is cut: it can only be a message for people. */
  text(value: string): this {
    const encoded = encoder.encode(value);
    const bytes = encoded.byteLength <= textBytesMax ? encoded : encoder.encode(value.slice(0, textBytesMax / 4));
    this.uint32(bytes.byteLength);
    const start = this.claim(bytes.byteLength);
    this.bytes.set(bytes, start);
    return this;
  }

  finish(): Uint8Array {
    const length = alignedBytes(this.offset);
    this.claim(length - this.offset);
    writeFrameHeader(this.view, this.header, length);
    return this.bytes.subarray(0, length);
  }

  /** Makes room; `bytes` and `view` may be others afterwards. */
  private claim(bytes: number): number {
    const start = this.offset;
    this.offset += bytes;
    if (this.offset > frameBytesMax) throw malformedFrame('it would be too long');
    if (this.offset > this.bytes.byteLength) {
      const larger = new Uint8Array(Math.max(this.offset, this.bytes.byteLength * 2));
      larger.set(this.bytes);
      this.bytes = larger;
      this.view = new DataView(larger.buffer);
    }
    return start;
  }
}

/** Reads what `FieldWriter` wrote; throws INTERNAL where the frame ends too early. */
export class FieldReader {
  private readonly frame: Uint8Array;
  private readonly view: DataView;
  private offset = frameHeaderBytes;

  constructor(frame: Uint8Array) {
    this.frame = frame;
    this.view = frameView(frame);
  }

  uint32(): number {
    return this.view.getUint32(this.take(4), true);
  }

  float64(): number {
    return this.view.getFloat64(this.take(8), true);
  }

  text(): string {
    const bytes = this.uint32();
    if (bytes > textBytesMax) throw malformedFrame(`a text has ${bytes} bytes`);
    const start = this.take(bytes);
    try {
      return decoder.decode(this.frame.subarray(start, start + bytes));
    } catch {
      throw malformedFrame('a text is not UTF-8');
    }
  }

  private take(bytes: number): number {
    const start = this.offset;
    this.offset += bytes;
    if (this.offset > this.frame.byteLength) throw malformedFrame('it ends too early');
    return start;
  }
}
