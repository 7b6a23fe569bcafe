import type { ServerHttp2Stream } from 'node:http2';
import { createServer, type Server as TcpServer, type Socket } from 'node:net';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:tls';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  Server as GrpcServer,
  ServerCredentials,
  ServerInterceptingCall,
  logVerbosity,
  setLogVerbosity,
  type ConnectionInjector,
  type Metadata,
  type ServerInterceptingCallInterface,
  type ServerListener,
} from '@grpc/grpc-js';
import type { TlsIdentity } from '../tls/certificate.ts';
import type { Edge } from './edge.ts';
import { GrpcJsCall } from './grpc-js-call.ts';
import { mendHeaders } from './grpc-js-headers.ts';
import { NodeTlsHandshakes } from './node-tls-handshakes.ts';
import { openListener } from './open-listener.ts';
import type { RpcEdgeOptions, RpcHandler, StartRpcEdge } from './rpc-edge.ts';

/** Turns of the event loop that bring in what the kernel already holds: accept, read, and one for good measure. */
const lastTurns = 3;

/** How often clients are looked for that do not take their answers. */
const sweepMs = 1_000;

/** grpc-js would cut what is left this long after it is cut here, where it is counted. */
const cutMs = 1_000;

/** The edge on grpc-js. Sockets and TLS are our own, so that limits and certificates are those of the other listeners. */
export const startGrpcJsEdge: StartRpcEdge = async (options, handler) => {
  // It writes metadata that it does not like to the standard error, with the values: a mistyped key among them.
  setLogVerbosity(logVerbosity.NONE);
  const edge = new GrpcJsEdge(options, handler);
  await edge.listen();
  return edge;
};

class GrpcJsEdge implements Edge {
  readonly host: string;
  port = 0;
  private readonly options: RpcEdgeOptions;
  private readonly handler: RpcHandler;
  private readonly server: TcpServer;
  private readonly tlsServer: TlsServer | null;
  private readonly injector: ConnectionInjector;
  /** By far end. */
  private readonly sockets = new Map<string, Socket>();
  private readonly calls = new Set<GrpcJsCall>();
  private readonly handshakes: NodeTlsHandshakes | null;
  /** Of the call that grpc-js is about to hand over. */
  private arriving: ServerHttp2Stream | null = null;
  private readonly stopMending = mendHeaders(
    () => this.port,
    (stream) => (this.arriving = stream),
  );
  private closing = false;
  private whenIdle: (() => void) | null = null;
  private sweeper: NodeJS.Timeout | undefined;

  constructor(options: RpcEdgeOptions, handler: RpcHandler) {
    this.host = options.host;
    this.options = options;
    this.handler = handler;
    this.injector = this.grpcServer().createConnectionInjector(ServerCredentials.createInsecure());
    const { tls, requestTimeoutMs } = options;
    const accept = (socket: Socket): void => this.accept(socket);
    this.tlsServer =
      tls === undefined
        ? null
        : createTlsServer({ ...tls, noDelay: true, ALPNProtocols: ['h2'], handshakeTimeout: requestTimeoutMs }, accept);
    this.server = this.tlsServer ?? createServer({ noDelay: true }, accept);
    this.server.maxConnections = options.connectionsMax;
    this.handshakes = this.tlsServer === null ? null : new NodeTlsHandshakes(this.tlsServer);
    // A handshake that failed has nobody who could be answered.
    this.tlsServer?.on('tlsClientError', (_error, socket) => socket.destroy());
  }

  async listen(): Promise<void> {
    try {
      this.port = await openListener(this.server, this.options);
    } catch (error) {
      this.stopMending();
      throw error;
    }
    this.sweeper = setInterval(() => this.sweep(), Math.min(sweepMs, this.options.answerTimeoutMs / 2));
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
    this.injector.drain(drainTimeoutMs + cutMs);
    for (const call of this.calls) call.close();
    const idle = new Promise<void>((resolve) => {
      this.whenIdle = resolve;
      this.settleIdle();
    });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, drainTimeoutMs);
    });
    await Promise.race([idle, late]);
    const cut = this.calls.size;
    // The last answers are with the kernel after one more turn or two.
    for (let turn = 0; turn < lastTurns; turn += 1) await nextTurn();
    clearTimeout(timer);
    clearInterval(this.sweeper);
    for (const socket of this.sockets.values()) socket.destroy();
    this.handshakes?.cut();
    this.injector.destroy();
    await closed;
    this.stopMending();
    return cut;
  }

  private grpcServer(): GrpcServer {
    const { messageBytesMax, streamsMax, idleTimeoutMs, paths } = this.options;
    const server = new GrpcServer({
      'grpc.max_receive_message_length': messageBytesMax,
      'grpc.max_send_message_length': -1,
      'grpc.max_concurrent_streams': streamsMax,
      'grpc.max_connection_idle_ms': idleTimeoutMs,
      'grpc.enable_channelz': 0,
      interceptors: [
        ({ path }, call) => new ServerInterceptingCall(call, { start: (next) => next(this.listenerFor(path, call)) }),
      ],
    });
    for (const path of paths) server.register(path, () => undefined, sameBytes, sameBytes, 'bidi');
    return server;
  }

  /** Takes the place of what grpc-js would do with a call: that begins with the header, which it is not told of. */
  private listenerFor(path: string, call: ServerInterceptingCallInterface): ServerListener {
    let taken: GrpcJsCall | null = null;
    return {
      onReceiveMetadata: (metadata) => {
        taken = this.take(path, metadata, call);
      },
      onReceiveMessage: (message: Buffer) => taken?.receive(message),
      onReceiveHalfClose: () => taken?.receive(null),
      onCancel: () => taken?.leave(),
    };
  }

  private take(path: string, metadata: Metadata, inner: ServerInterceptingCallInterface): GrpcJsCall {
    const whenEnded = (): void => {
      this.calls.delete(call);
      this.settleIdle();
    };
    const call = new GrpcJsCall(path, metadata, inner, { ...this.options, stream: this.arriving, whenEnded });
    this.arriving = null;
    this.calls.add(call);
    const { headerBytesMax, onDefect } = this.options;
    if (call.headerBytes > headerBytesMax) {
      call.end({ code: 'RESOURCE_EXHAUSTED', message: `the header of the call has more than ${headerBytesMax} bytes` });
      return call;
    }
    // It was on its way when the closing began.
    if (this.closing) call.close();
    this.handler(call, call).catch((error: unknown) => {
      onDefect(error);
      call.end({ code: 'INTERNAL', message: 'internal error; the server log has the details' });
    });
    return call;
  }

  private sweep(): void {
    const nowMs = performance.now();
    for (const call of this.calls) {
      if (call.stuckMs(nowMs) >= this.options.answerTimeoutMs) this.sockets.get(call.farEnd)?.destroy();
    }
  }

  private accept(socket: Socket): void {
    const farEnd = `${socket.remoteAddress ?? ''} ${socket.remotePort ?? 0}`;
    this.sockets.set(farEnd, socket);
    socket.once('close', () => this.sockets.delete(farEnd));
    this.injector.injectConnection(socket);
  }

  private settleIdle(): void {
    if (this.calls.size === 0) this.whenIdle?.();
  }
}

function sameBytes(bytes: Buffer): Buffer {
  return bytes;
}
