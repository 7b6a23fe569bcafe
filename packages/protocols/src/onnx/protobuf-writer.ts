import { wireType } from './protobuf-reader.ts';

const utf8 = new TextEncoder();

/**
 * Builds one protobuf message. Large byte fields are kept as they are and copied once, by `finish()`.
 *
 * Encoding: https://protobuf.dev/programming-guides/encoding/
 */
export class ProtobufWriter {
  private readonly chunks: Uint8Array[] = [];
  private length = 0;

  /** A 64-bit integer field; negative numbers take ten bytes, as the format wants. */
  int64(field: number, value: number | bigint): this {
    return this.tag(field, wireType.varint).varint(BigInt.asUintN(64, BigInt(value)));
  }

  float32(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return this.tag(field, wireType.fixed32).push(bytes);
  }

  bytes(field: number, value: Uint8Array): this {
    return this.tag(field, wireType.bytes).varint(BigInt(value.length)).push(value);
  }

  text(field: number, value: string): this {
    return this.bytes(field, utf8.encode(value));
  }

  message(field: number, value: ProtobufWriter): this {
    this.tag(field, wireType.bytes).varint(BigInt(value.length));
    for (const chunk of value.chunks) this.push(chunk);
    return this;
  }

  /** The encoded message. */
  finish(): Uint8Array {
    const whole = new Uint8Array(this.length);
    let offset = 0;
    for (const chunk of this.chunks) {
      whole.set(chunk, offset);
      offset += chunk.length;
    }
    return whole;
  }

  private tag(field: number, type: number): this {
    return this.varint(BigInt(field * 8 + type));
  }

  private varint(value: bigint): this {
    const bytes: number[] = [];
    let rest = value;
    for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
    bytes.push(Number(rest));
    return this.push(Uint8Array.from(bytes));
  }

  private push(chunk: Uint8Array): this {
    this.chunks.push(chunk);
    this.length += chunk.length;
    return this;
  }
}
