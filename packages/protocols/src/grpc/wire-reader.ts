import { ClusterError } from '@cluster-ai/core/errors.ts';
import { NameMemory } from './name-memory.ts';

/** How the value of a field is laid out. Groups (3, 4) are long out of use and are refused. */
export const wireTypes = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

const decoder = new TextDecoder('utf-8', { fatal: true });

const names = new NameMemory();

/** Bytes of the longest varint: 64 bits, seven in each. */
const varintBytesMax = 10;

/**
 * Reads the fields of one Protocol Buffers message. Bytes that it hands out share the message's memory.
 * Each method throws ClusterError INVALID_ARGUMENT for what is no such message.
 */
export class WireReader {
  private readonly bytes: Uint8Array;
  private readonly end: number;
  private offset: number;
  private low = 0;
  private high = 0;
  /** Of the field that `nextField` found. */
  wireType = 0;

  /** @param start where the message begins in the bytes. @param end where it ends. */
  constructor(bytes: Uint8Array, start = 0, end = bytes.byteLength) {
    this.bytes = bytes;
    this.offset = start;
    this.end = end;
  }

  get done(): boolean {
    return this.offset >= this.end;
  }

  /** Number of the next field, or 0 at the end. */
  nextField(): number {
    if (this.done) return 0;
    const tag = this.uint32();
    const field = tag >>> 3;
    if (field === 0) throw broken('a field has the number 0');
    this.wireType = tag & 7;
    return field;
  }

  /** Steps over a field that is not known. */
  skip(): void {
    if (this.wireType === wireTypes.varint) this.varintEnd();
    else if (this.wireType === wireTypes.fixed64) this.take(8);
    else if (this.wireType === wireTypes.bytes) this.byteString();
    else if (this.wireType === wireTypes.fixed32) this.take(4);
    else throw broken(`a field has the wire type ${this.wireType}`);
  }

  /** @throws ClusterError when the field that `nextField` found is laid out otherwise. */
  expect(wireType: number, what: string): void {
    if (this.wireType !== wireType) throw broken(`${what} has the wire type ${this.wireType}`);
  }

  /** The low 32 bits of a varint, as Protocol Buffers reads 32-bit fields. */
  uint32(): number {
    let value = 0;
    for (let index = 0; index < varintBytesMax; index += 1) {
      const byte = this.byte();
      if (index < 5) value |= (byte & 0x7f) << (7 * index);
      if (byte < 0x80) return value >>> 0;
    }
    throw broken('a number has more than 10 bytes');
  }

  int32(): number {
    return this.uint32() | 0;
  }

  bool(): boolean {
    const start = this.offset;
    this.varintEnd();
    for (let index = start; index < this.offset; index += 1) if ((this.byteAt(index) & 0x7f) !== 0) return true;
    return false;
  }

  uint64(): bigint {
    this.varint64();
    return (BigInt(this.high >>> 0) << 32n) | BigInt(this.low >>> 0);
  }

  int64(): bigint {
    return BigInt.asIntN(64, this.uint64());
  }

  /** A signed 64-bit integer as a number; beyond 2^53 it is not exact. */
  integer(): number {
    // Almost every dimension is a byte or two.
    const first = this.byteAt(this.offset);
    if (first >= 0x80) return Number(this.int64());
    this.offset += 1;
    return first;
  }

  /** Lays a 64-bit varint out as 8 bytes, little-endian. */
  varintInto(view: DataView, offset: number): void {
    this.varint64();
    view.setUint32(offset, this.low, true);
    view.setUint32(offset + 4, this.high, true);
  }

  /** How many varints are left. */
  countVarints(): number {
    let count = 0;
    for (let index = this.offset; index < this.end; index += 1) if (this.byteAt(index) < 0x80) count += 1;
    return count;
  }

  /** The bytes of a field of fixed size. */
  fixed(size: number): Uint8Array {
    const start = this.take(size);
    return this.bytes.subarray(start, start + size);
  }

  /** All that is left. */
  rest(): Uint8Array {
    const start = this.take(this.end - this.offset);
    return this.bytes.subarray(start, this.end);
  }

  double(): number {
    const { buffer, byteOffset } = this.bytes;
    return new DataView(buffer, byteOffset + this.take(8), 8).getFloat64(0, true);
  }

  byteString(): Uint8Array {
    const length = this.uint32();
    const start = this.take(length);
    return this.bytes.subarray(start, start + length);
  }

  text(what: string): string {
    this.expect(wireTypes.bytes, what);
    return decodeText(this.byteString(), what);
  }

  /** A text that comes again and again. */
  name(what: string): string {
    this.expect(wireTypes.bytes, what);
    const start = this.take(this.uint32());
    const end = this.offset;
    return names.textOf(this.bytes, start, end, () => decodeText(this.bytes.subarray(start, end), what));
  }

  /** A message inside this one. */
  message(what: string): WireReader {
    this.expect(wireTypes.bytes, what);
    const start = this.take(this.uint32());
    return new WireReader(this.bytes, start, this.offset);
  }

  /** Reads 64 bits into `low` and `high`: a bigint for each element would cost more than all else. */
  private varint64(): void {
    let low = 0;
    let high = 0;
    for (let index = 0; index < varintBytesMax; index += 1) {
      const byte = this.byte();
      const bits = byte & 0x7f;
      if (index < 4) low |= bits << (7 * index);
      else if (index > 4) high |= bits << (7 * index - 32);
      else {
        low |= bits << 28;
        high |= bits >>> 4;
      }
      if (byte >= 0x80) continue;
      this.low = low;
      this.high = high;
      return;
    }
    throw broken('a number has more than 10 bytes');
  }

  private varintEnd(): void {
    for (let index = 0; index < varintBytesMax; index += 1) if (this.byte() < 0x80) return;
    throw broken('a number has more than 10 bytes');
  }

  private byte(): number {
    const byte = this.byteAt(this.offset);
    this.offset += 1;
    return byte;
  }

  private byteAt(index: number): number {
    const byte = this.bytes[index];
    if (byte === undefined || index >= this.end) throw broken('it ends inside a field');
    return byte;
  }

  /** @returns where `length` bytes begin, and stands behind them. */
  private take(length: number): number {
    const start = this.offset;
    if (length > this.end - start) throw broken('it ends inside a field');
    this.offset = start + length;
    return start;
  }
}

/** @throws ClusterError INVALID_ARGUMENT */
function decodeText(bytes: Uint8Array, what: string): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new ClusterError('INVALID_ARGUMENT', `${what} is not valid UTF-8`, { cause });
  }
}

function broken(how: string): ClusterError {
  return new ClusterError('INVALID_ARGUMENT', `the message is not a valid Protocol Buffers message: ${how}`);
}
