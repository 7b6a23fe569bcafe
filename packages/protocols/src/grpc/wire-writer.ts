import { wireTypes } from './wire-reader.ts';

const encoder = new TextEncoder();

/** Bytes that a varint of a length or small number takes. */
function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes += 1;
  return bytes;
}

/**
 * Writes one Protocol Buffers message. Parts are kept as they come and copied once, at the end: a tensor of megabytes is
 * never copied twice.
 */
export class WireWriter {
  private readonly parts: Uint8Array[] = [];
  private head: number[] = [];
  private size = 0;

  /** Does nothing for zero, which a field is that is not there. */
  uint(field: number, value: number): this {
    return value === 0 ? this : this.integer(field, value);
  }

  /** Writes zero too, where it is told apart from a field that is not there. */
  integer(field: number, value: number): this {
    return this.tag(field, wireTypes.varint).varint(value);
  }

  bool(field: number, value: boolean): this {
    return this.uint(field, value ? 1 : 0);
  }

  /** Does nothing for an empty text, which a field is that is not there. */
  text(field: number, value: string): this {
    return value === '' ? this : this.bytes(field, encoder.encode(value));
  }

  /** Writes empty ones too: they count in a list. */
  bytes(field: number, value: Uint8Array): this {
    this.tag(field, wireTypes.bytes).varint(value.byteLength);
    return this.part(value);
  }

  message(field: number, inner: WireWriter): this {
    this.tag(field, wireTypes.bytes).varint(inner.size);
    inner.flush();
    for (const part of inner.parts) this.part(part);
    return this;
  }

  /** Non-negative integers in one packed field; nothing when there are none. */
  packed(field: number, values: readonly number[]): this {
    if (values.length === 0) return this;
    this.tag(field, wireTypes.bytes).varint(values.reduce((sum, value) => sum + varintBytes(value), 0));
    for (const value of values) this.varint(value);
    return this;
  }

  finish(): Uint8Array {
    this.flush();
    const whole = new Uint8Array(this.size);
    let offset = 0;
    for (const part of this.parts) {
      whole.set(part, offset);
      offset += part.byteLength;
    }
    return whole;
  }

  private tag(field: number, wireType: number): this {
    return this.varint(field * 8 + wireType);
  }

  private varint(value: number): this {
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.push((rest % 0x80) + 0x80);
    this.push(rest);
    return this;
  }

  private push(byte: number): void {
    this.head.push(byte);
    this.size += 1;
  }

  private part(bytes: Uint8Array): this {
    this.flush();
    this.parts.push(bytes);
    this.size += bytes.byteLength;
    return this;
  }

  private flush(): void {
    if (this.head.length === 0) return;
    this.parts.push(Uint8Array.from(this.head));
    this.head = [];
  }
}
