/** Up to here a body that was announced gets its memory at once. */
const trustedBytes = 1_048_576;

/** Memory grows by this factor, so that a byte is copied a third of a time on the average. */
const growth = 4;

const leastBytes = 16_384;

/**
 * One piece of memory for bytes that come one after another. It grows with what has come: a client that only announces much
 * gets little.
 */
export class GrowingBytes {
  size = 0;
  private bytes: Buffer;
  private readonly sizeMax: number;

  /** @param expected how many bytes will come; null when nobody said. @param sizeMax at most as many come. */
  constructor(expected: number | null, sizeMax: number) {
    this.sizeMax = expected ?? sizeMax;
    // Of its own, and not a part of a pool: it may be handed on to another thread.
    this.bytes = Buffer.allocUnsafeSlow(Math.min(this.sizeMax, expected === null ? leastBytes : trustedBytes));
  }

  /** @param piece is copied, unless it was written where `room` said. */
  append(piece: Uint8Array): void {
    const { bytes, size } = this;
    const needed = size + piece.byteLength;
    if (needed > bytes.byteLength) this.grow(needed);
    const isInPlace = piece.buffer === bytes.buffer && piece.byteOffset === bytes.byteOffset + size;
    if (!isInPlace) this.bytes.set(piece, size);
    this.size = needed;
  }

  /** Where the next bytes will lie, so many at most; null when there is no memory left for them. */
  room(bytesMax: number): Buffer | null {
    const end = Math.min(this.size + bytesMax, this.bytes.byteLength);
    return end === this.size ? null : this.bytes.subarray(this.size, end);
  }

  /** What has come. Nothing is appended afterwards. */
  whole(): Uint8Array {
    return this.size === this.bytes.byteLength ? this.bytes : this.bytes.subarray(0, this.size);
  }

  private grow(needed: number): void {
    const wished = Math.min(this.sizeMax, growth * this.bytes.byteLength);
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, wished));
    grown.set(this.bytes.subarray(0, this.size));
    this.bytes = grown;
  }
}
