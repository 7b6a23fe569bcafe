import protobuf from 'protobufjs';
import { wireTypes } from './wire-reader.ts';

/** Writes one message of proto3 field by field, for messages that are not made objects of first. */
export class WireWriter {
  private readonly writer = protobuf.Writer.create();

  /** Does nothing for zero, which a field is that is not there. */
  uint(field: number, value: number): this {
    return value === 0 ? this : this.integer(field, value);
  }

  /** Writes zero too, where it is told apart from a field that is not there. */
  integer(field: number, value: number): this {
    this.tag(field, wireTypes.varint).uint64(value);
    return this;
  }

  bool(field: number, value: boolean): this {
    return this.uint(field, value ? 1 : 0);
  }

  /** Does nothing for an empty text, which a field is that is not there. The text must be well-formed. */
  text(field: number, value: string): this {
    if (value !== '') this.tag(field, wireTypes.bytes).string(value);
    return this;
  }

  /** Writes empty ones too: they count in a list. */
  bytes(field: number, value: Uint8Array): this {
    this.tag(field, wireTypes.bytes).bytes(value);
    return this;
  }

  /** @param write writes the fields of the message inside: into this one, so that a tensor in it is copied once. */
  message(field: number, write: (inner: this) => void): this {
    this.tag(field, wireTypes.bytes).fork();
    write(this);
    this.writer.ldelim();
    return this;
  }

  /** Non-negative integers in one packed field; nothing when there are none. */
  packed(field: number, values: readonly number[]): this {
    if (values.length === 0) return this;
    this.tag(field, wireTypes.bytes).fork();
    for (const value of values) this.writer.uint64(value);
    this.writer.ldelim();
    return this;
  }

  finish(): Uint8Array {
    return this.writer.finish();
  }

  private tag(field: number, wireType: number): protobuf.Writer {
    return this.writer.uint32(field * 8 + wireType);
  }
}
