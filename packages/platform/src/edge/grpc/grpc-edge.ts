import { createServer, type Server as TcpServer, type Socket } from 'node:net';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:tls';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { TlsIdentity } from '../../tls/certificate.ts';
import type { Edge } from '../edge.ts';
import { Http2Connection } from '../http2/http2-connection.ts';
import type { Http2Stream, StreamConsumer } from '../http2/http2-stream.ts';
import { NodeTlsHandshakes } from '../node-tls-handshakes.ts';
import { openListener } from '../open-listener.ts';
import { ReadMemory } from '../read-into.ts';
import type { RpcEdgeOptions, RpcHandler, StartRpcEdge } from '../rpc-edge.ts';
import { GrpcCall } from './grpc-call.ts';
import { grpcHeadOf } from './grpc-head.ts';
import { OtherCall } from './other-call.ts';

/** Turns of the event loop that bring in what the kernel already holds: accept, read, and one for good measure. */
const lastTurns = 3;

/** How often clients are looked for that take too long. */
const sweepMs = 1_000;

/** And while the listener closes. */
const closingSweepMs = 100;

/** The edge of gRPC on our own HTTP/2. */
export const startGrpcEdge: StartRpcEdge = async (options, handler) => {
  const edge = new GrpcEdge(options, handler);
  await edge.listen();
  return edge;
};

class GrpcEdge implements Edge {
  readonly host: string;
  port = 0;
  private readonly options: RpcEdgeOptions;
  private readonly handler: RpcHandler;
  private readonly paths: ReadonlySet<string>;
  private readonly server: TcpServer;
  private readonly tlsServer: TlsServer | null;
  private readonly handshakes: NodeTlsHandshakes | null;
  private readonly connections = new Set<Http2Connection>();
  /** What any of the connections has brought, until it was looked at. What is encrypted comes in memory of its own. */
  private readonly memory: ReadMemory | undefined;
  private closing = false;
  private whenAlone: (() => void) | null = null;
  private sweeper: NodeJS.Timeout | undefined;

  constructor(options: RpcEdgeOptions, handler: RpcHandler) {
    this.host = options.host;
    this.options = options;
    this.handler = handler;
    this.paths = new Set(options.paths);
    const { tls, requestTimeoutMs } = options;
    const accept = (socket: Socket): void => this.accept(socket);
    this.tlsServer =
      tls === undefined
        ? null
        : createTlsServer({ ...tls, noDelay: true, ALPNProtocols: ['h2'], handshakeTimeout: requestTimeoutMs }, accept);
    this.server = this.tlsServer ?? createServer({ noDelay: true }, accept);
    this.server.maxConnections = options.connectionsMax;
    this.handshakes = this.tlsServer === null ? null : new NodeTlsHandshakes(this.tlsServer);
    this.memory = tls === undefined ? new ReadMemory() : undefined;
    // A handshake that failed has nobody who could be answered.
    this.tlsServer?.on('tlsClientError', (_error, socket) => socket.destroy());
  }

  async listen(): Promise<void> {
    this.port = await openListener(this.server, this.options);
    const { answerTimeoutMs, requestTimeoutMs, idleTimeoutMs } = this.options;
    const shortestMs = Math.min(answerTimeoutMs, requestTimeoutMs, idleTimeoutMs);
    this.sweeper = setInterval(() => this.sweep(), Math.min(sweepMs, shortestMs / 2));
  }

  setTls(identity: TlsIdentity): void {
    if (this.tlsServer === null) throw new Error(`the listener '${this.options.listenerId}' has no TLS`);
    this.tlsServer.setSecureContext(identity);
  }

  async close(drainTimeoutMs: number): Promise<number> {
    for (let turn = 0; turn < lastTurns; turn += 1) await nextTurn();
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.closing = true;
    // Tells every client to call elsewhere; what it has called is answered.
    for (const connection of this.connections) connection.drain();
    clearInterval(this.sweeper);
    this.sweeper = setInterval(() => this.sweep(), closingSweepMs);
    await atMost(drainTimeoutMs, (resolve) => {
      this.whenAlone = resolve;
      this.settleAlone();
    });
    const cut = [...this.connections].reduce((sum, { openStreams }) => sum + openStreams, 0);
    clearInterval(this.sweeper);
    for (const connection of this.connections) connection.destroy();
    this.handshakes?.cut();
    await closed;
    return cut;
  }

  private accept(socket: Socket): void {
    const { streamsMax, headerBytesMax, requestTimeoutMs, answerTimeoutMs, idleTimeoutMs } = this.options;
    const connection = new Http2Connection(socket, {
      streamsMax,
      headerBytesMax,
      requestTimeoutMs,
      answerTimeoutMs,
      idleTimeoutMs,
      onRequest: (stream) => this.take(stream),
      onDefect: this.options.onDefect,
      ...(this.memory === undefined ? {} : { memory: this.memory }),
      onClosed: () => {
        this.connections.delete(connection);
        this.settleAlone();
      },
    });
    this.connections.add(connection);
    if (this.closing) connection.drain();
  }

  private take(stream: Http2Stream): StreamConsumer {
    const head = grpcHeadOf(stream.head);
    if (head === null) return new OtherCall(stream, this.options.requestTimeoutMs);
    const call = new GrpcCall(stream, head, this.options);
    if (this.mayRun(call, head.bytes, head.brokenTimeout)) void this.run(call, stream);
    else stream.owner.handled();
    return call;
  }

  private mayRun(call: GrpcCall, headerBytes: number, brokenTimeout: string | null): boolean {
    const { headerBytesMax } = this.options;
    if (headerBytes > headerBytesMax) {
      call.end({ code: 'RESOURCE_EXHAUSTED', message: `the header of the call has more than ${headerBytesMax} bytes` });
      return false;
    }
    if (!this.paths.has(call.path)) {
      call.end({ code: 'UNIMPLEMENTED', message: `The server does not implement the method ${call.path}` });
      return false;
    }
    if (brokenTimeout !== null) {
      call.end({ code: 'INTERNAL', message: `Invalid grpc-timeout value "${brokenTimeout}"` });
      return false;
    }
    return true;
  }

  private async run(call: GrpcCall, stream: Http2Stream): Promise<void> {
    // It was on its way when the closing began.
    if (this.closing) call.onDraining();
    try {
      await this.handler(call, call);
    } catch (error) {
      this.options.onDefect(error);
      call.end({ code: 'INTERNAL', message: 'internal error; the server log has the details' });
    }
    stream.owner.handled();
  }

  private sweep(): void {
    const nowMs = performance.now();
    for (const connection of this.connections) connection.sweep(nowMs);
  }

  private settleAlone(): void {
    if (this.connections.size === 0) this.whenAlone?.();
  }
}

/** Resolves when `begin` says so, or after the time. */
async function atMost(timeoutMs: number, begin: (resolve: () => void) => void): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
    begin(resolve);
  });
  clearTimeout(timer);
}
