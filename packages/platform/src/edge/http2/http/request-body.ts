import { ClusterError, toClusterError } from '@cluster-ai/core/errors.ts';
import type { Http2Stream } from '../http2-stream.ts';

/** Somebody waits for the body. */
interface Reader {
  readonly resolve: (body: Uint8Array) => void;
  readonly reject: (error: ClusterError) => void;
  readonly onBytes: (bytes: number) => void;
}

const nothing = new Uint8Array();

/**
 * The body of one request. Before somebody asks for it the client can send what the window of its stream holds, and no more;
 * then its bytes are counted as they come, and the window is opened again.
 */
export class RequestBody {
  private readonly stream: Http2Stream;
  private readonly bytesMax: number;
  private chunks: Buffer[] = [];
  private byteCount = 0;
  /** Of the bytes that are here, those that nobody has counted. */
  private uncounted = 0;
  private whole = false;
  private reader: Reader | null = null;
  private failure: ClusterError | null = null;

  constructor(stream: Http2Stream, bytesMax: number) {
    this.stream = stream;
    this.bytesMax = bytesMax;
  }

  get isWhole(): boolean {
    return this.whole;
  }

  /** To be called once. @throws ClusterError as `Call.body`. */
  read(onBytes: (bytes: number) => void): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      this.reader = { resolve, reject, onBytes };
      if (this.failure === null) this.advance(this.reader);
      else this.fail(this.failure);
    });
  }

  /** @param bytes are copied. */
  add(bytes: Buffer): void {
    if (this.failure !== null) {
      this.stream.consumed(bytes.length);
      return;
    }
    this.chunks.push(Buffer.from(bytes));
    this.byteCount += bytes.length;
    this.uncounted += bytes.length;
    if (this.reader !== null) this.advance(this.reader);
  }

  end(): void {
    this.whole = true;
    if (this.reader !== null && this.failure === null) this.advance(this.reader);
  }

  /** The rest will not come, or is not wanted. Whoever reads is told why. */
  fail(error: ClusterError): void {
    this.failure ??= error;
    this.chunks = [];
    const { reader } = this;
    this.reader = null;
    reader?.reject(error);
  }

  private advance(reader: Reader): void {
    const { uncounted } = this;
    this.uncounted = 0;
    try {
      if (this.byteCount > this.bytesMax) throw this.tooLarge();
      if (uncounted > 0) reader.onBytes(uncounted);
    } catch (refusal) {
      // A ClusterError: of the limit, or of whoever listens.
      this.fail(toClusterError(refusal));
      return;
    }
    this.stream.consumed(uncounted);
    if (!this.whole) return;
    this.reader = null;
    const [only = nothing, ...more] = this.chunks;
    reader.resolve(more.length === 0 ? only : Buffer.concat(this.chunks, this.byteCount));
    this.chunks = [];
  }

  private tooLarge(): ClusterError {
    return bodyTooLarge(this.byteCount, this.bytesMax);
  }
}

export function bodyTooLarge(bytes: number, bytesMax: number): ClusterError {
  return new ClusterError(
    'BODY_TOO_LARGE',
    `the request body has at least ${bytes} bytes; at most ${bytesMax} are accepted`,
  );
}
