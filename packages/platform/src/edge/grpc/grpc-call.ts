import { ClusterError, toClusterError } from '@cluster-ai/core/errors.ts';
import type { Headers } from '../edge.ts';
import type { Http2Stream, StreamConsumer } from '../http2/http2-stream.ts';
import type { RpcCall, RpcEdgeOptions, RpcReply, RpcStatus } from '../rpc-edge.ts';
import { answerBlock, statusBlock } from './answer-blocks.ts';
import type { GrpcHead } from './grpc-head.ts';
import { MessageReader, messageHeadBytes } from './message-reader.ts';
import { unpackMessage } from './unpack-message.ts';

type CallOptions = Pick<RpcEdgeOptions, 'listenerId' | 'tls' | 'requestTimeoutMs' | 'messageBytesMax'>;

/** Somebody waits for a message. */
interface Waiting {
  readonly resolve: (message: Uint8Array | null) => void;
  readonly reject: (error: ClusterError) => void;
  readonly onBytes: ((bytes: number) => void) | undefined;
  /** When it is too late; never for messages of a stream. */
  readonly untilMs: number;
}

/** Of the message that is written next: filled in, and copied, at once. */
const messageHead = Buffer.alloc(messageHeadBytes);

/** One call of gRPC and its answer, on a stream of HTTP/2. */
export class GrpcCall implements RpcCall, RpcReply, StreamConsumer {
  readonly path: string;
  readonly headers: Headers;
  readonly remoteAddress: string;
  readonly localAddress: string;
  readonly encrypted: boolean;
  readonly listenerId: string;
  readonly timeoutMs: number | null;
  isClosing = false;
  private readonly stream: Http2Stream;
  private readonly head: GrpcHead;
  private readonly options: CallOptions;
  private readonly deadlineAtMs: number;
  private readonly deadlineTimer: NodeJS.Timeout | undefined;
  private readonly messages = new MessageReader();
  /** Bytes that are here and that nobody has counted. */
  private uncounted = 0;
  private waiting: Waiting | null = null;
  private unpacking = false;
  private halfClosed = false;
  private headersSent = false;
  /** The client has its status, or will, or wants none any more. */
  private ended = false;
  /** It ended, but not as its handler said. */
  private wasLeft = false;
  private cancelListeners: (() => void)[] | null = null;
  private closingListener: (() => void) | null = null;
  private drain: PromiseWithResolvers<void> | null = null;

  constructor(stream: Http2Stream, head: GrpcHead, options: CallOptions) {
    this.stream = stream;
    this.head = head;
    this.options = options;
    this.path = head.path;
    this.headers = head.headers;
    this.remoteAddress = stream.owner.remoteAddress;
    this.localAddress = stream.owner.localAddress;
    this.encrypted = options.tls !== undefined;
    this.listenerId = options.listenerId;
    const { timeoutMs } = head;
    this.deadlineAtMs = timeoutMs === null ? Infinity : performance.now() + timeoutMs;
    // A moment less: who waits for it must find it passed when the call is ended for it.
    this.timeoutMs = timeoutMs === null ? null : Math.max(0, timeoutMs - 1);
    this.deadlineTimer = timeoutMs === null ? undefined : setTimeout(() => this.expire(), timeoutMs);
  }

  header(name: string): string | null {
    return this.headers.find(([own]) => own === name)?.[1] ?? null;
  }

  next(onBytes?: (bytes: number) => void): Promise<Uint8Array | null> {
    return new Promise((resolve, reject) => this.wait({ resolve, reject, onBytes, untilMs: Infinity }));
  }

  body(onBytes?: (bytes: number) => void): Promise<Uint8Array> {
    const untilMs = performance.now() + this.options.requestTimeoutMs;
    return new Promise((resolve, reject) => {
      const resolveMessage: Waiting['resolve'] = (message) => {
        if (message === null) reject(new ClusterError('INVALID_ARGUMENT', 'the call brought no message'));
        else resolve(message);
      };
      this.wait({ resolve: resolveMessage, reject, onBytes, untilMs });
    });
  }

  onCancel(listener: () => void): void {
    if (this.wasLeft) listener();
    else (this.cancelListeners ??= []).push(listener);
  }

  onClosing(listener: () => void): void {
    if (this.isClosing) listener();
    else this.closingListener = listener;
  }

  send(message: Uint8Array): boolean {
    if (this.ended) return true;
    if (!this.headersSent) {
      this.headersSent = true;
      this.stream.sendHeaders(answerBlock, false);
    }
    messageHead.writeUInt32BE(message.length, 1);
    return this.stream.sendData(message, messageHead);
  }

  drained(): Promise<void> {
    if (!this.stream.isHeld) return Promise.resolve();
    this.drain ??= Promise.withResolvers<void>();
    return this.drain.promise;
  }

  end(status: RpcStatus, trailers: Headers = []): void {
    if (this.ended) return;
    this.finish();
    const block = statusBlock(status, trailers, !this.headersSent);
    if (this.headersSent) this.stream.sendTrailers(block);
    else this.stream.sendHeaders(block, true);
    this.settle((waiting) => waiting.reject(this.gone()));
  }

  /** Ends the call with something that its handler did not say: it learns that nobody waits for it. */
  refuse(status: RpcStatus): void {
    if (this.ended) return;
    this.end(status);
    this.tellCancelled();
  }

  // What the stream tells.

  onData(bytes: Buffer): void {
    if (this.ended) {
      this.stream.consumed(bytes.length);
      return;
    }
    this.messages.add(bytes);
    this.uncounted += bytes.length;
    if (this.waiting !== null) this.advance(this.waiting);
  }

  onEnd(): void {
    this.halfClosed = true;
    if (this.waiting !== null) this.advance(this.waiting);
  }

  onAbort(): void {
    const wasAnswered = this.ended;
    this.finish();
    this.settle((waiting) => waiting.reject(this.gone()));
    this.onDrained();
    if (!wasAnswered) this.tellCancelled();
  }

  onDrained(): void {
    this.drain?.resolve();
    this.drain = null;
  }

  onDraining(): void {
    this.isClosing = true;
    this.closingListener?.();
    this.closingListener = null;
  }

  onSweep(nowMs: number): void {
    if (this.waiting === null || nowMs < this.waiting.untilMs) return;
    const { requestTimeoutMs } = this.options;
    const late = new ClusterError('REQUEST_TIMEOUT', `the message did not arrive within ${requestTimeoutMs} ms`);
    this.settle((waiting) => waiting.reject(late));
  }

  private wait(waiting: Waiting): void {
    if (this.ended) {
      waiting.reject(this.gone());
      return;
    }
    this.waiting = waiting;
    this.advance(waiting);
  }

  /** Hands on the next message, if it is here. */
  private advance(waiting: Waiting): void {
    if (this.unpacking || !this.count(waiting)) return;
    const { messageBytesMax } = this.options;
    const { nextLength } = this.messages;
    if (nextLength !== null && nextLength > messageBytesMax) {
      this.refuse({
        code: 'RESOURCE_EXHAUSTED',
        message: `Received message larger than max (${nextLength} vs ${messageBytesMax})`,
      });
      return;
    }
    const message = this.messages.take();
    if (message === null) {
      // A client that goes away looks at first like one that has sent everything.
      if (this.halfClosed) setImmediate(() => this.settleHalfClosed());
      return;
    }
    if (message.packed) {
      void this.unpack(message.bytes);
      return;
    }
    this.waiting = null;
    waiting.resolve(message.bytes);
  }

  /** @returns false when what counts the bytes has refused them. */
  private count({ onBytes }: Waiting): boolean {
    const bytes = this.uncounted;
    if (bytes === 0) return true;
    this.uncounted = 0;
    try {
      onBytes?.(bytes);
    } catch (thrown) {
      this.settle((waiting) => waiting.reject(toClusterError(thrown)));
      return false;
    }
    this.stream.consumed(bytes);
    return true;
  }

  private settleHalfClosed(): void {
    if (this.messages.bytes === 0) {
      this.settle((waiting) => waiting.resolve(null));
      return;
    }
    const cut = new ClusterError('INVALID_ARGUMENT', 'the call ends in the middle of a message');
    this.settle((waiting) => waiting.reject(cut));
  }

  private async unpack(packed: Buffer): Promise<void> {
    this.unpacking = true;
    const result = await unpackMessage(packed, this.head.encoding, this.options.messageBytesMax);
    this.unpacking = false;
    if ('status' in result) {
      this.refuse(result.status);
      return;
    }
    const { waiting } = this;
    this.waiting = null;
    try {
      // More than arrived.
      if (result.byteLength > packed.byteLength) waiting?.onBytes?.(result.byteLength - packed.byteLength);
      waiting?.resolve(result);
    } catch (thrown) {
      waiting?.reject(toClusterError(thrown));
    }
  }

  private expire(): void {
    this.refuse({ code: 'DEADLINE_EXCEEDED', message: 'Deadline exceeded' });
  }

  private finish(): void {
    this.ended = true;
    clearTimeout(this.deadlineTimer);
  }

  private tellCancelled(): void {
    this.wasLeft = true;
    const listeners = this.cancelListeners ?? [];
    this.cancelListeners = null;
    for (const listener of listeners) listener();
  }

  private settle(how: (waiting: Waiting) => void): void {
    const { waiting } = this;
    this.waiting = null;
    if (waiting !== null) how(waiting);
  }

  private gone(): ClusterError {
    return performance.now() >= this.deadlineAtMs
      ? new ClusterError('DEADLINE_EXCEEDED', 'the deadline of the call passed')
      : new ClusterError('CANCELLED', 'the client went away before its request was complete');
  }
}
