import { wireTypes } from './wire-reader.ts';

/** Room at the beginning: most answers need no more. Bytes. */
const roomAtFirst = 512;

/** Bytes of the longest varint that is written here: an integer below 2^53. */
const varintBytesMax = 8;

/** Longer texts are handed to Node; shorter ones are copied sooner than handed over. Characters. */
const copiedTextMax = 64;

/** Writes one message of proto3 field by field, for messages that are not made objects of first. */
export class WireWriter {
  private target: Buffer = Buffer.allocUnsafe(roomAtFirst);
  private at = 0;

  /** Does nothing for zero, which a field is that is not there. */
  uint(field: number, value: number): this {
    return value === 0 ? this : this.integer(field, value);
  }

  /**
   * Writes zero too, where it is told apart from a field that is not there.
   * @param value a safe integer that is not negative.
   */
  integer(field: number, value: number): this {
    this.tag(field, wireTypes.varint);
    this.varint(value);
    return this;
  }

  bool(field: number, value: boolean): this {
    return this.uint(field, value ? 1 : 0);
  }

  /** Does nothing for an empty text, which a field is that is not there. The text must be well-formed. */
  text(field: number, value: string): this {
    if (value === '') return this;
    this.tag(field, wireTypes.bytes);
    if (this.plainText(value)) return this;
    const length = Buffer.byteLength(value);
    this.varint(length);
    this.makeRoom(length);
    this.at += this.target.write(value, this.at);
    return this;
  }

  /** Writes empty ones too: they count in a list. */
  bytes(field: number, value: Uint8Array): this {
    this.tag(field, wireTypes.bytes);
    this.varint(value.byteLength);
    this.makeRoom(value.byteLength);
    this.target.set(value, this.at);
    this.at += value.byteLength;
    return this;
  }

  /** @param write writes the fields of the message inside: into this one, so that a tensor in it is copied once. */
  message(field: number, write: (inner: this) => void): this {
    this.tag(field, wireTypes.bytes);
    const start = this.beginLength();
    write(this);
    this.endLength(start);
    return this;
  }

  /** Non-negative integers in one packed field; nothing when there are none. */
  packed(field: number, values: readonly number[]): this {
    if (values.length === 0) return this;
    this.tag(field, wireTypes.bytes);
    const start = this.beginLength();
    for (const value of values) this.varint(value);
    this.endLength(start);
    return this;
  }

  finish(): Uint8Array {
    return this.target.subarray(0, this.at);
  }

  private tag(field: number, wireType: number): void {
    this.varint(field * 8 + wireType);
  }

  private varint(value: number): void {
    this.makeRoom(varintBytesMax);
    const { target } = this;
    let { at } = this;
    let rest = value;
    // Nearly always a single byte. Division, because the operators of bits cut a number to 32.
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) {
      target[at] = (rest % 0x80) | 0x80;
      at += 1;
    }
    target[at] = rest;
    this.at = at + 1;
  }

  /** @returns false for a text that is long, or not ASCII: nothing of it is written then. */
  private plainText(value: string): boolean {
    const { length } = value;
    if (length > copiedTextMax) return false;
    this.makeRoom(length + 1);
    const { target } = this;
    const start = this.at + 1;
    for (let index = 0; index < length; index += 1) {
      const code = value.charCodeAt(index);
      if (code > 0x7f) return false;
      target[start + index] = code;
    }
    target[this.at] = length;
    this.at = start + length;
    return true;
  }

  /** Leaves a byte for the length of what follows, which is nearly always enough. @returns where what follows begins. */
  private beginLength(): number {
    this.makeRoom(1);
    this.at += 1;
    return this.at;
  }

  private endLength(start: number): void {
    const length = this.at - start;
    let lengthBytes = 1;
    for (let rest = length; rest >= 0x80; rest = Math.floor(rest / 0x80)) lengthBytes += 1;
    // Before the place is set back: what is behind it would not come along into larger memory.
    this.makeRoom(lengthBytes + varintBytesMax);
    if (lengthBytes > 1) this.target.copyWithin(start + lengthBytes - 1, start, this.at);
    this.at = start - 1;
    this.varint(length);
    this.at += length;
  }

  private makeRoom(bytes: number): void {
    const needed = this.at + bytes;
    if (needed <= this.target.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed + roomAtFirst, 2 * this.target.length));
    this.target.copy(larger, 0, 0, this.at);
    this.target = larger;
  }
}
