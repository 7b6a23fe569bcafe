/** A message as it came: its bytes, and whether they are packed. */
export interface FramedMessage {
  readonly packed: boolean;
  readonly bytes: Buffer;
}

/** One octet that says whether the message is packed, and four with its length. */
export const messageHeadBytes = 5;

/**
 * Cuts the body of a call into its messages ("Length-Prefixed-Message" of gRPC over HTTP/2). A message that came in one piece
 * is copied once, another one twice.
 */
export class MessageReader {
  private chunks: Buffer[] = [];
  private byteCount = 0;

  /** Bytes that are here and belong to no message that was taken. */
  get bytes(): number {
    return this.byteCount;
  }

  /** @param chunk is copied. */
  add(chunk: Buffer): void {
    this.chunks.push(Buffer.from(chunk));
    this.byteCount += chunk.length;
  }

  /** Length of the message that comes next; null while that is not known. */
  get nextLength(): number | null {
    if (this.byteCount < messageHeadBytes) return null;
    const [first] = this.chunks;
    if (first === undefined) return null;
    return (first.length >= messageHeadBytes ? first : this.join()).readUInt32BE(1);
  }

  /** The next message, or null while it is not whole. */
  take(): FramedMessage | null {
    const length = this.nextLength;
    if (length === null || this.byteCount < messageHeadBytes + length) return null;
    const all = this.chunks.length === 1 ? this.chunks[0] : this.join();
    if (all === undefined) return null;
    const end = messageHeadBytes + length;
    this.chunks = end === all.length ? [] : [all.subarray(end)];
    this.byteCount -= end;
    return { packed: all[0] === 1, bytes: all.subarray(messageHeadBytes, end) };
  }

  private join(): Buffer {
    const all = Buffer.concat(this.chunks, this.byteCount);
    this.chunks = [all];
    return all;
  }
}
