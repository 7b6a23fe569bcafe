import { ClusterError } from '@cluster-ai/core/errors.ts';

/** Protobuf wire types: what follows a tag. Groups (3 and 4) are obsolete and ONNX has none. */
export const wireType = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

const TWO_POW_32 = 4294967296;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The one error of the reader: the bytes are not what an ONNX file has. */
export function notOnnx(reason: string): ClusterError {
  return new ClusterError('MODEL_INVALID', `not an ONNX file: ${reason}`);
}

/**
 * Walks the fields of one protobuf message inside a larger array, without copying it.
 * After `next()` returned true, `field` and `wire` describe the field, and exactly one
 * of the read methods, or `skip()`, must be called.
 *
 * Encoding: https://protobuf.dev/programming-guides/encoding/
 * Throws `MODEL_INVALID` for anything that is malformed or ends too early.
 */
export class ProtobufReader {
  field = 0;
  wire = 0;
  private readonly bytes: Uint8Array;
  private position: number;
  private readonly end: number;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.bytes = bytes;
    this.position = start;
    this.end = end;
  }

  /** Moves to the next field. False at the end of the message. */
  next(): boolean {
    if (this.position === this.end) return false;
    const at = this.position;
    const tag = this.int64();
    this.field = Math.floor(tag / 8);
    this.wire = tag & 7;
    if (tag < 8 || tag >= TWO_POW_32) throw notOnnx(`no valid field begins at byte ${at}`);
    return true;
  }

  /**
   * A varint read as a signed 64-bit number.
   * Throws when it does not fit a JavaScript integer: no field that is read here has a use for more than 2^53.
   */
  int64(): number {
    const at = this.position;
    let low = 0;
    let high = 0;
    for (let index = 0; index < 10; index += 1) {
      if (this.position >= this.end) {
        throw notOnnx(`it ends inside a number at byte ${at}; the file is cut short or is something else`);
      }
      const byte = this.bytes[this.position] ?? 0;
      this.position += 1;
      const bits = byte & 0x7f;
      // A varint is little-endian in groups of 7 bits; the fifth group straddles the two 32-bit halves.
      if (index < 4) low += bits * 2 ** (7 * index);
      else if (index === 4) {
        low += (bits & 0x0f) * 2 ** 28;
        high += bits >> 4;
      } else high += bits * 2 ** (7 * index - 32);
      if (byte < 0x80) return signedOf(low, high % TWO_POW_32, at);
    }
    throw notOnnx(`the number at byte ${at} has more than 10 bytes`);
  }

  /** Reads a varint field, whose wire type must be that of a varint. */
  varintField(): number {
    this.expect(wireType.varint);
    return this.int64();
  }

  /** The number of bytes of a length-delimited field, which are then skipped. */
  byteLength(): number {
    const { start, end } = this.range();
    return end - start;
  }

  /** A length-delimited field as UTF-8 text of at most `bytesMax` bytes; `what` names it in the error. */
  text(what: string, bytesMax: number): string {
    const { start, end } = this.range();
    if (end - start > bytesMax) {
      throw notOnnx(`${what} at byte ${start} has ${end - start} bytes, more than the limit of ${bytesMax}`);
    }
    try {
      return utf8.decode(this.bytes.subarray(start, end));
    } catch {
      throw notOnnx(`${what} at byte ${start} is not UTF-8 text`);
    }
  }

  /** A length-delimited field as a message of its own. */
  message(): ProtobufReader {
    const { start, end } = this.range();
    return new ProtobufReader(this.bytes, start, end);
  }

  /** A repeated integer field, in either form that writers use: one value, or many packed together. */
  repeatedInt64(push: (value: number) => void): void {
    if (this.wire === wireType.varint) {
      push(this.int64());
      return;
    }
    const packed = this.message();
    while (packed.position < packed.end) push(packed.int64());
  }

  /** Passes over the field, whatever it holds. */
  skip(): void {
    if (this.wire === wireType.varint) this.int64();
    else if (this.wire === wireType.fixed64) this.advance(8);
    else if (this.wire === wireType.bytes) this.range();
    else if (this.wire === wireType.fixed32) this.advance(4);
    else {
      throw notOnnx(
        `field ${this.field} before byte ${this.position} has the wire type ${this.wire}, which ONNX does not use`,
      );
    }
  }

  private expect(type: number): void {
    if (this.wire !== type) {
      throw notOnnx(
        `field ${this.field} before byte ${this.position} has the wire type ${this.wire} where ONNX has ${type}`,
      );
    }
  }

  private advance(count: number): void {
    if (count > this.end - this.position) {
      throw notOnnx(`it ends inside a field at byte ${this.position}; the file is cut short or is something else`);
    }
    this.position += count;
  }

  private range(): { start: number; end: number } {
    this.expect(wireType.bytes);
    const at = this.position;
    const length = this.int64();
    const left = this.end - this.position;
    if (length < 0 || length > left) {
      throw notOnnx(
        `the field at byte ${at} claims ${length} bytes where ${left} are left; the file is cut short or is something else`,
      );
    }
    const start = this.position;
    this.position += length;
    return { start, end: this.position };
  }
}

function signedOf(low: number, high: number, at: number): number {
  const value = (high >= TWO_POW_32 / 2 ? high - TWO_POW_32 : high) * TWO_POW_32 + low;
  if (!Number.isSafeInteger(value)) throw notOnnx(`the number at byte ${at} is beyond 2^53`);
  return value;
}
