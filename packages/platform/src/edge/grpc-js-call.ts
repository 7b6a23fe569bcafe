import type { Readable } from 'node:stream';
import { Metadata, status, type ServerInterceptingCallInterface } from '@grpc/grpc-js';
import { ClusterError, toClusterError } from '@cluster-ai/core/errors.ts';
import type { Headers } from './edge.ts';
import type { RpcCall, RpcEdgeOptions, RpcReply, RpcStatus } from './rpc-edge.ts';

interface Waiting {
  readonly resolve: (message: Uint8Array | null) => void;
  readonly reject: (error: ClusterError) => void;
}

interface GrpcJsCallOptions extends Pick<RpcEdgeOptions, 'listenerId' | 'tls' | 'requestTimeoutMs'> {
  /** What arrives on it is counted; null where it is not known. */
  readonly stream: Readable | null;
  readonly whenEnded: () => void;
}

/** One call of grpc-js as a neutral call and its reply. It sits where grpc-js has its interceptors, below its streams. */
export class GrpcJsCall implements RpcCall, RpcReply {
  readonly path: string;
  readonly headers: Headers;
  readonly remoteAddress: string;
  readonly localAddress: string;
  readonly encrypted: boolean;
  readonly listenerId: string;
  readonly timeoutMs: number | null;
  /** Address and port of the client: which connection it is. */
  readonly farEnd: string;
  private readonly call: ServerInterceptingCallInterface;
  private readonly options: GrpcJsCallOptions;
  private readonly deadlineAtMs: number;
  private readonly cancelListeners: (() => void)[] = [];
  isClosing = false;
  private waiting: Waiting | null = null;
  private closingListener: (() => void) | null = null;
  private halfClosed = false;
  /** The client has its status, or will. */
  private answered = false;
  private ended = false;
  private unsentMessages = 0;
  private stuckSinceMs: number | null = null;
  private drain: PromiseWithResolvers<void> | null = null;

  constructor(path: string, metadata: Metadata, call: ServerInterceptingCallInterface, options: GrpcJsCallOptions) {
    const { localAddress = '', remoteAddress = '', remotePort = 0 } = call.getConnectionInfo();
    this.path = path;
    this.headers = headersOf(metadata, call.getHost());
    this.localAddress = localAddress;
    this.remoteAddress = remoteAddress;
    this.encrypted = options.tls !== undefined;
    this.farEnd = `${remoteAddress} ${remotePort}`;
    this.listenerId = options.listenerId;
    this.call = call;
    this.options = options;
    this.deadlineAtMs = Number(call.getDeadline());
    // A moment less: who waits for it must find it passed when grpc-js ends the call for it.
    this.timeoutMs = Number.isFinite(this.deadlineAtMs) ? Math.max(0, this.deadlineAtMs - Date.now() - 1) : null;
  }

  header(name: string): string | null {
    return this.headers.find(([own]) => own === name)?.[1] ?? null;
  }

  get headerBytes(): number {
    return this.headers.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  }

  /** A message that was asked for has arrived; null when the client sends no more. */
  receive(message: Uint8Array | null): void {
    if (message !== null) this.settle((waiting) => waiting.resolve(message));
    // A client that went away looks at first like one that has sent everything.
    else setImmediate(() => this.closeHalf());
  }

  async next(onBytes: (bytes: number) => void = () => undefined): Promise<Uint8Array | null> {
    if (this.ended) throw this.gone();
    if (this.halfClosed) return null;
    const { stream } = this.options;
    let counted = 0;
    // grpc-js keeps what arrives, and says so when the message is whole.
    const arrived = (chunk: Buffer): void => {
      try {
        onBytes(chunk.byteLength);
        counted += chunk.byteLength;
      } catch (thrown) {
        this.settle((waiting) => waiting.reject(toClusterError(thrown)));
      }
    };
    stream?.on('data', arrived);
    try {
      const message = await new Promise<Uint8Array | null>((resolve, reject) => {
        this.waiting = { resolve, reject };
        this.call.startRead();
      });
      // More than arrived, where it was packed.
      if (message !== null && message.byteLength > counted) onBytes(message.byteLength - counted);
      return message;
    } finally {
      stream?.off('data', arrived);
    }
  }

  async body(onBytes?: (bytes: number) => void): Promise<Uint8Array> {
    const { requestTimeoutMs } = this.options;
    const late = new ClusterError('REQUEST_TIMEOUT', `the message did not arrive within ${requestTimeoutMs} ms`);
    const timer = setTimeout(() => this.settle((waiting) => waiting.reject(late)), requestTimeoutMs);
    try {
      const message = await this.next(onBytes);
      if (message === null) throw new ClusterError('INVALID_ARGUMENT', 'the call brought no message');
      return message;
    } finally {
      clearTimeout(timer);
    }
  }

  onCancel(listener: () => void): void {
    if (this.ended) listener();
    else this.cancelListeners.push(listener);
  }

  onClosing(listener: () => void): void {
    if (this.isClosing) listener();
    else this.closingListener = listener;
  }

  /** The listener closes. */
  close(): void {
    this.isClosing = true;
    this.closingListener?.();
    this.closingListener = null;
  }

  send(message: Uint8Array): boolean {
    if (this.ended) return true;
    this.unsentMessages += 1;
    this.stuckSinceMs ??= performance.now();
    this.call.sendMessage(asBuffer(message), () => this.sent());
    return this.unsentMessages === 0;
  }

  drained(): Promise<void> {
    if (this.unsentMessages === 0) return Promise.resolve();
    this.drain ??= Promise.withResolvers<void>();
    return this.drain.promise;
  }

  end({ code, message }: RpcStatus, trailers: Headers = []): void {
    if (this.ended || this.answered) return;
    const metadata = new Metadata();
    for (const [name, value] of trailers) metadata.add(name, value);
    // It is sent percent-encoded, which a half of a surrogate pair cannot be.
    this.answered = true;
    this.call.sendStatus({ code: status[code], details: message.toWellFormed(), metadata });
  }

  /** How long the client has not taken what it was sent. */
  stuckMs(nowMs: number): number {
    return this.stuckSinceMs === null ? 0 : nowMs - this.stuckSinceMs;
  }

  private closeHalf(): void {
    this.halfClosed = true;
    this.settle((waiting) => waiting.resolve(null));
  }

  private sent(): void {
    this.unsentMessages -= 1;
    this.stuckSinceMs = this.unsentMessages === 0 ? null : performance.now();
    if (this.unsentMessages === 0) this.settleDrain();
  }

  private settleDrain(): void {
    this.drain?.resolve();
    this.drain = null;
  }

  /** Answered whole, cut by its deadline or a limit of grpc-js, or left by its client: grpc-js does not say which. */
  leave(): void {
    if (this.ended) return;
    this.ended = true;
    this.unsentMessages = 0;
    this.stuckSinceMs = null;
    this.settle((waiting) => waiting.reject(this.gone()));
    this.settleDrain();
    if (!this.answered) for (const listener of this.cancelListeners.splice(0)) listener();
    this.options.whenEnded();
  }

  private settle(how: (waiting: Waiting) => void): void {
    const { waiting } = this;
    this.waiting = null;
    if (waiting !== null) how(waiting);
  }

  private gone(): ClusterError {
    return Date.now() >= this.deadlineAtMs
      ? new ClusterError('DEADLINE_EXCEEDED', 'the deadline of the call passed')
      : new ClusterError('CANCELLED', 'the client went away before its request was complete');
  }
}

/** Names come in lower case. Binary ones (`-bin`) are as base64: nobody here reads them. */
function headersOf(metadata: Metadata, host: string): Headers {
  const headers: [string, string][] = [['host', host]];
  for (const [name, values] of Object.entries(metadata.toJSON())) {
    for (const value of values) headers.push([name, typeof value === 'string' ? value : value.toString('base64')]);
  }
  return headers;
}

function asBuffer(message: Uint8Array): Buffer {
  return Buffer.isBuffer(message) ? message : Buffer.from(message.buffer, message.byteOffset, message.byteLength);
}
