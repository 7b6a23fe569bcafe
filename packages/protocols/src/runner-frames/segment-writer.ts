/**
 * From this size on, data is handed to the socket where it lies. Below, one copy is cheaper than one more entry in the
 * system call's list. Bytes.
 */
export const ownSegmentBytesMin = 16_384;

const zeros = new Uint8Array(8);

/** Gathers the pieces of a frame: small neighbours are copied together, large ones are passed on as they are. */
export class SegmentWriter {
  private readonly segments: Uint8Array[] = [];
  private small: Uint8Array[] = [];
  private smallBytes = 0;

  append(piece: Uint8Array): void {
    if (piece.byteLength >= ownSegmentBytesMin) {
      this.joinSmall();
      this.segments.push(piece);
    } else if (piece.byteLength > 0) {
      this.small.push(piece);
      this.smallBytes += piece.byteLength;
    }
  }

  /** @param count at most 7: the distance to the next multiple of 8. */
  appendZeros(count: number): void {
    this.append(zeros.subarray(0, count));
  }

  finish(): Uint8Array[] {
    this.joinSmall();
    return this.segments;
  }

  private joinSmall(): void {
    const [only] = this.small;
    if (only === undefined) return;
    this.segments.push(this.small.length === 1 ? only : concatenated(this.small, this.smallBytes));
    this.small = [];
    this.smallBytes = 0;
  }
}

function concatenated(pieces: readonly Uint8Array[], bytes: number): Uint8Array {
  const joined = new Uint8Array(bytes);
  let offset = 0;
  for (const piece of pieces) {
    joined.set(piece, offset);
    offset += piece.byteLength;
  }
  return joined;
}
