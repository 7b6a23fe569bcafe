import type { IncomingMessage, ServerResponse } from 'node:http';
import { ClusterError, toClusterError } from '@cluster-ai/core/errors.ts';
import { headerTooLarge, notHttp } from './broken-request.ts';
import type { Call, EdgeOptions, Headers } from './edge.ts';

/** What one header counts at least. */
const headerBytesLeast = 8;

/** A rest of a refused body that is read and thrown away, so that its connection can go on. */
const discardedBytesMax = 65_536;

/** A request of node:http as a neutral call. */
export class NodeHttpCall implements Call {
  readonly method: string;
  readonly rawPath: string;
  readonly remoteAddress: string;
  readonly localAddress: string;
  readonly listenerId: string;
  /** True once the client has its whole answer although the response is kept open for what it is still sending. */
  lingers = false;
  private waits = false;
  private stuckSinceMs: number | null = null;
  private readonly request: IncomingMessage;
  private readonly response: ServerResponse;
  private readonly bodyBytesMax: number;
  private readonly headersMax: number;
  private readonly names: readonly string[];
  private awaitsContinue: boolean;
  private rejectBody: ((error: ClusterError) => void) | null = null;
  private brokenBy: ClusterError | null = null;
  private cancelListener: (() => void) | null = null;
  private ended = false;

  /** @param awaitsContinue the client sent `Expect: 100-continue` and holds its body back. */
  constructor(request: IncomingMessage, response: ServerResponse, options: EdgeOptions, awaitsContinue: boolean) {
    this.request = request;
    this.response = response;
    this.method = request.method ?? 'GET';
    this.rawPath = request.url ?? '/';
    this.remoteAddress = request.socket.remoteAddress ?? '';
    this.localAddress = request.socket.localAddress ?? '';
    this.listenerId = options.listenerId;
    this.bodyBytesMax = options.bodyBytesMax;
    this.headersMax = options.headerBytesMax / headerBytesLeast;
    this.awaitsContinue = awaitsContinue;
    this.names = lowerCaseNames(request.rawHeaders);
  }

  get headers(): Headers {
    return this.names.map((name, index) => [name, this.request.rawHeaders[2 * index + 1] ?? '']);
  }

  header(name: string): string | null {
    const index = this.names.indexOf(name);
    return index === -1 ? null : (this.request.rawHeaders[2 * index + 1] ?? null);
  }

  /** True while it is the client's turn: to take the answer, or more of a stream. Each turn has a time of its own. */
  set awaitsClient(value: boolean) {
    this.waits = value;
    this.stuckSinceMs = null;
  }

  /** What is wrong with the header, although the parser took it; null when nothing is. */
  get fault(): ClusterError | null {
    // Each costs more than its bytes, of which the parser counts only some.
    if (this.names.length > this.headersMax) return new ClusterError('HEADER_TOO_LARGE', headerTooLarge.sentence);
    if (!this.hasOneHost) return new ClusterError('INVALID_ARGUMENT', `${notHttp.sentence}: it needs one Host header`);
    const at = this.names.indexOf('transfer-encoding');
    const encoding = at === -1 ? 'chunked' : (this.request.headers['transfer-encoding'] ?? '');
    if (encoding.toLowerCase() === 'chunked') return null;
    return new ClusterError(
      'UNSUPPORTED',
      `transfer encoding '${encoding.slice(0, 40)}' is not supported; send chunked alone`,
    );
  }

  /** HTTP/1.1 demands exactly one Host header; two would let a client show another one to each reader. */
  private get hasOneHost(): boolean {
    const first = this.names.indexOf('host');
    if (first === -1) return this.request.httpVersion === '1.0';
    return !this.names.includes('host', first + 1);
  }

  /** The whole request has arrived. */
  get complete(): boolean {
    return this.request.complete || !this.hasBody;
  }

  /** The client may still send more than is worth reading: the connection cannot carry another request. */
  get mustClose(): boolean {
    if (this.brokenBy !== null) return true;
    if (this.complete) return false;
    const announced = this.header('content-length');
    return this.awaitsContinue || announced === null || Number(announced) > discardedBytesMax;
  }

  async body(onBytes: (bytes: number) => void = () => undefined): Promise<Uint8Array> {
    const announced = Number(this.header('content-length') ?? 0);
    if (announced > this.bodyBytesMax) throw this.tooLarge(announced);
    if (this.awaitsContinue) {
      this.awaitsContinue = false;
      this.response.writeContinue();
    }
    // What arrived together with the header has been parsed when this goes on. Most bodies are whole by then, and taking
    // one as it lies there costs a tenth less of the whole request than listening for it.
    await Promise.resolve();
    if (this.brokenBy !== null) throw this.brokenBy;
    if (this.request.complete) return this.takeWhole(onBytes);
    if (this.request.destroyed) throw gone();
    return this.receive(onBytes);
  }

  onCancel(listener: () => void): void {
    if (this.ended && this.cancelled) listener();
    else this.cancelListener = listener;
  }

  /** The whole answer has been handed over. */
  get answered(): boolean {
    return this.lingers || this.response.writableFinished;
  }

  /**
   * To be called from time to time: that costs an answer nothing on its way.
   * @returns for how long the client has been seen to leave its answer lying.
   */
  stuckMs(nowMs: number): number {
    if (!this.waits || this.answered) {
      this.stuckSinceMs = null;
      return 0;
    }
    this.stuckSinceMs ??= nowMs;
    return nowMs - this.stuckSinceMs;
  }

  /** To be called when the response is closed, whether or not it was complete. */
  end(): void {
    this.ended = true;
    if (this.cancelled) this.cancelListener?.();
  }

  private get cancelled(): boolean {
    return !this.answered || this.brokenBy?.code === 'CANCELLED';
  }

  /** The rest of the body will not come, or cannot be understood. */
  breakOff(error: ClusterError): void {
    this.brokenBy ??= error;
    this.rejectBody?.(error);
  }

  /**
   * Reads on without keeping anything until the client has sent all, or goes, or `limitMs` have passed. A connection that
   * is closed over unread bytes is reset, and the client may lose the answer that it was sent.
   */
  discardRest(limitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, limitMs);
      const done = (): void => {
        clearTimeout(timer);
        resolve();
      };
      this.request.once('end', done);
      this.request.once('close', done);
      this.request.resume();
    });
  }

  private takeWhole(onBytes: (bytes: number) => void): Uint8Array {
    // A stream without encoding gives bytes, and null when there are none.
    const whole = this.request.read() as Buffer | null;
    if (whole === null) return new Uint8Array(0);
    if (whole.byteLength > this.bodyBytesMax) throw this.tooLarge(whole.byteLength);
    onBytes(whole.byteLength);
    return whole;
  }

  private receive(onBytes: (bytes: number) => void): Promise<Uint8Array> {
    const chunks: Buffer[] = [];
    let size = 0;
    return new Promise((resolve, reject) => {
      const { request } = this;
      const keep = (chunk: Buffer): void => {
        size += chunk.byteLength;
        try {
          if (size > this.bodyBytesMax) throw this.tooLarge(size);
          onBytes(chunk.byteLength);
          chunks.push(chunk);
        } catch (refusal) {
          chunks.length = 0;
          request.off('data', keep);
          request.pause();
          // A ClusterError: of the limit, or of whoever listens.
          reject(toClusterError(refusal));
        }
      };
      let whole = false;
      this.rejectBody = reject;
      request.on('data', keep);
      request.once('end', () => {
        whole = true;
        const [only] = chunks;
        resolve(chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks, size));
      });
      // Every request closes in the end; an error costs its stack, so it is made only for one that broke off.
      request.once('close', () => {
        if (!whole) reject(gone());
      });
    });
  }

  private get hasBody(): boolean {
    const announced = this.header('content-length');
    return announced === null ? this.names.includes('transfer-encoding') : announced !== '0';
  }

  private tooLarge(size: number): ClusterError {
    return new ClusterError(
      'BODY_TOO_LARGE',
      `the request body has at least ${size} bytes; at most ${this.bodyBytesMax} are accepted`,
    );
  }
}

function lowerCaseNames(rawHeaders: readonly string[]): string[] {
  const names: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) names.push((rawHeaders[index] ?? '').toLowerCase());
  return names;
}

function gone(): ClusterError {
  return new ClusterError('CANCELLED', 'the client went away before its request was complete');
}
