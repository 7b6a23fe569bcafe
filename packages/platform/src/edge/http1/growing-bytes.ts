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

  append(piece: Uint8Array): void {
    const needed = this.size + piece.byteLength;
    if (needed > this.bytes.byteLength) this.grow(needed);
    this.bytes.set(piece, this.size);
    this.size = needed;
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
