import { ClusterError } from '@cluster-ai/core/errors.ts';
import { headerTooLarge } from '../../broken-request.ts';
import type { Call, EdgeOptions, Headers, Reply } from '../../edge.ts';
import { encodeHeaders } from '../hpack/encode-headers.ts';
import type { Http2Stream, StreamConsumer } from '../http2-stream.ts';
import { answerBlock, dateHeader, trailerBlock } from './answer-headers.ts';
import { bodyTooLarge, RequestBody } from './request-body.ts';
import { requestHeaders } from './request-headers.ts';

const continueBlock = encodeHeaders([[':status', '100']]);

const ignoreBytes = (): void => undefined;

/** A request of HTTP/2 and its answer, as a neutral call and reply. */
export class Http2Call implements Call, Reply, StreamConsumer {
  readonly method: string;
  readonly rawPath: string;
  readonly headers: Headers;
  readonly remoteAddress: string;
  readonly localAddress: string;
  readonly listenerId: string;
  private readonly stream: Http2Stream;
  private readonly options: EdgeOptions;
  private readonly requestBody: RequestBody;
  private readonly lateAtMs: number;
  private readonly awaitsContinue: boolean;
  private cancelListener: (() => void) | null = null;
  private drain: PromiseWithResolvers<void> | null = null;
  /** The handler has handed over the whole answer, or an answer is no longer wanted. */
  private answered = false;
  private wasLeft = false;

  constructor(stream: Http2Stream, options: EdgeOptions) {
    const { head, owner } = stream;
    this.stream = stream;
    this.options = options;
    this.method = head.method;
    this.rawPath = head.path;
    this.headers = requestHeaders(head);
    this.remoteAddress = owner.remoteAddress;
    this.localAddress = owner.localAddress;
    this.listenerId = options.listenerId;
    this.requestBody = new RequestBody(stream, options.bodyBytesMax);
    this.lateAtMs = performance.now() + options.requestTimeoutMs;
    this.awaitsContinue = this.header('expect')?.toLowerCase() === '100-continue';
  }

  header(name: string): string | null {
    for (const [own, value] of this.headers) if (own === name) return value;
    return null;
  }

  /** What is wrong with the request, although it is well-formed; null when nothing is. */
  get fault(): ClusterError | null {
    const { bytes, authority } = this.stream.head;
    if (bytes > this.options.headerBytesMax) return new ClusterError('HEADER_TOO_LARGE', headerTooLarge.sentence);
    if (authority === '') {
      return new ClusterError(
        'INVALID_ARGUMENT',
        'the request is not valid HTTP/2: it needs :authority or one Host header',
      );
    }
    return null;
  }

  async body(onBytes: (bytes: number) => void = ignoreBytes): Promise<Uint8Array> {
    const { bodyBytesMax } = this.options;
    const announced = this.stream.head.contentLength ?? 0;
    if (announced > bodyBytesMax) throw bodyTooLarge(announced, bodyBytesMax);
    if (this.awaitsContinue && !this.requestBody.isWhole) this.stream.sendHeaders(continueBlock, false);
    return this.requestBody.read(onBytes);
  }

  onCancel(listener: () => void): void {
    if (this.wasLeft) listener();
    else this.cancelListener = listener;
  }

  send(status: number, headers: Headers, body: Uint8Array | string): void {
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    const hasNone = this.method === 'HEAD' || status === 204 || status === 304;
    const more: Headers =
      status === 204 ? [dateHeader()] : [['content-length', String(bytes.byteLength)], dateHeader()];
    const block = answerBlock(status, headers, more);
    this.answered = true;
    if (hasNone || bytes.byteLength === 0) {
      this.stream.sendHeaders(block, true);
      return;
    }
    this.stream.sendHeaders(block, false);
    this.stream.sendData(bytes);
    this.stream.sendEnd();
  }

  start(status: number, headers: Headers): void {
    this.stream.sendHeaders(answerBlock(status, headers, [dateHeader()]), false);
  }

  write(chunk: Uint8Array | string): boolean {
    if (this.method === 'HEAD') return true;
    return this.stream.sendData(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
  }

  drained(): Promise<void> {
    if (this.stream.closed || !this.stream.isHeld) return Promise.resolve();
    this.drain ??= Promise.withResolvers<void>();
    return this.drain.promise;
  }

  end(trailers: Headers = []): void {
    this.answered = true;
    if (trailers.length > 0) this.stream.sendTrailers(trailerBlock(trailers));
    else this.stream.sendEnd();
  }

  /** Ends the call for a defect of its handler: the client learns that there is no answer, or no more of it. */
  breakOff(): void {
    this.answered = true;
    this.stream.reset('INTERNAL_ERROR');
    this.onDrained();
  }

  // What the stream tells.

  onData(bytes: Buffer): void {
    this.requestBody.add(bytes);
  }

  onEnd(): void {
    this.requestBody.end();
  }

  onAbort(): void {
    this.requestBody.fail(new ClusterError('CANCELLED', 'the client went away before its request was complete'));
    this.onDrained();
    // What was handed over and could not leave yet is lost as well.
    this.wasLeft = true;
    this.cancelListener?.();
    this.cancelListener = null;
  }

  onDrained(): void {
    this.drain?.resolve();
    this.drain = null;
  }

  onDraining(): void {
    // The call goes on to its end.
  }

  onSweep(nowMs: number): void {
    if (this.requestBody.isWhole || this.answered || nowMs < this.lateAtMs) return;
    this.requestBody.fail(new ClusterError('REQUEST_TIMEOUT', 'the request did not arrive whole in time'));
  }
}
