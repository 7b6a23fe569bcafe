/** Streams that this end has reset are remembered up to this number. */
const resetMax = 1_024;

/** Runs of identifiers that a client left out are remembered up to this number. */
const skippedMax = 64;

/**
 * What is known of streams that are no more (RFC 9113, section 5.1): their number alone tells that they are closed, but what
 * a frame on one of them means depends on how it came to that.
 */
export class ClosedStreams {
  lastId = 0;
  private readonly reset = new Set<number>();
  private readonly skipped: (readonly [from: number, to: number])[] = [];

  /** @param id of a new stream: larger than all before. Those that it leaves out were never used, and never will be. */
  open(id: number): void {
    if (id > this.lastId + 2) {
      this.skipped.push([this.lastId + 1, id - 1]);
      if (this.skipped.length > skippedMax) this.skipped.shift();
    }
    this.lastId = id;
  }

  /** This end has reset the stream: what its client had sent before it knew is on the way and means nothing. */
  addReset(id: number): void {
    this.reset.add(id);
    if (this.reset.size <= resetMax) return;
    for (const oldest of this.reset) {
      this.reset.delete(oldest);
      return;
    }
  }

  isReset(id: number): boolean {
    return this.reset.has(id);
  }

  wasSkipped(id: number): boolean {
    return this.skipped.some(([from, to]) => id >= from && id <= to);
  }

  isIdle(id: number): boolean {
    return id > this.lastId;
  }
}
