import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import { Server as TcpServer, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { TlsIdentity } from '../tls/certificate.ts';
import type { CallHandler, Edge, EdgeOptions, StartEdge } from './edge.ts';
import { NodeHttpCall } from './node-http-call.ts';
import { NodeHttpConnection } from './node-http-connection.ts';
import { NodeHttpReply } from './node-http-reply.ts';
import { NodeTlsHandshakes } from './node-tls-handshakes.ts';
import { openListener } from './open-listener.ts';

/** Turns of the event loop that bring in what the kernel already holds: accept, read, and one for good measure. */
const lastTurns = 3;

/** How long open connections may still bring one more request each after the listening has ended. */
const lingerMs = 500;

/** How often clients are looked for that do not take their answers. */
const sweepMs = 1_000;

/** The edge on Node's own HTTP server, with or without TLS. */
export const startNodeHttpEdge: StartEdge = async (options, handler) => {
  const edge = new NodeHttpEdge(options, handler);
  await edge.listen();
  return edge;
};

class NodeHttpEdge implements Edge {
  readonly host: string;
  port = 0;
  private readonly options: EdgeOptions;
  private readonly handler: CallHandler;
  private readonly server: Server;
  private readonly tlsServer: TlsServer | null;
  private readonly handshakes: NodeTlsHandshakes | null;
  private readonly connections = new Map<unknown, NodeHttpConnection>();
  private closing = false;
  private sweeper: NodeJS.Timeout | undefined;

  constructor(options: EdgeOptions, handler: CallHandler) {
    this.host = options.host;
    this.options = options;
    this.handler = handler;
    const { tls, requestTimeoutMs } = options;
    const answer = (request: IncomingMessage, response: ServerResponse): void => this.take(request, response, false);
    const http = httpOptions(options);
    this.tlsServer =
      tls === undefined ? null : createTlsServer({ ...http, ...tls, handshakeTimeout: requestTimeoutMs }, answer);
    this.handshakes = this.tlsServer === null ? null : new NodeTlsHandshakes(this.tlsServer);
    this.server = this.tlsServer ?? createServer(http, answer);
    this.server.maxConnections = options.connectionsMax;
    // Node drops headers past a count, and rules that look for a header must see all; their bytes are limited anyway.
    this.server.maxHeadersCount = 0;
    this.server.on('checkContinue', (request, response) => this.take(request, response, true));
    this.server.on(tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) => this.accept(socket));
    this.server.on('clientError', (error, socket) => {
      const connection = this.connections.get(socket);
      // A handshake that failed never became a connection, and has nobody who could be answered.
      if (connection === undefined) socket.destroy();
      else connection.fail(error);
    });
    this.server.on('connect', (_request, socket) => {
      // Node has let go of this socket: an error on it would end the process.
      socket.on('error', () => socket.destroy());
      this.connections.get(socket)?.reject({ status: '405 Method Not Allowed', sentence: 'CONNECT is not supported' });
    });
  }

  async listen(): Promise<void> {
    this.port = await openListener(this.server, this.options);
    this.sweeper = setInterval(() => this.sweep(), Math.min(sweepMs, this.options.answerTimeoutMs / 2));
  }

  setTls(identity: TlsIdentity): void {
    if (this.tlsServer === null) throw new Error(`the listener '${this.options.listenerId}' has no TLS`);
    this.tlsServer.setSecureContext(identity);
  }

  async close(drainTimeoutMs: number): Promise<number> {
    for (let turn = 0; turn < lastTurns; turn += 1) await nextTurn();
    // http.Server.close would cut idle connections at once, and with them requests that are on their way over a
    // connection that the client was told it may keep. Only the listening ends here; each of them is answered once more.
    const closed = new Promise<void>((resolve) => TcpServer.prototype.close.call(this.server, () => resolve()));
    this.closing = true;
    for (const connection of this.connections.values()) connection.endWithNextAnswer();
    const linger = setTimeout(
      () => {
        this.connections.forEach((connection) => connection.close());
        this.handshakes?.cut();
      },
      Math.min(lingerMs, drainTimeoutMs / 2),
    );
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, drainTimeoutMs);
    });
    await Promise.race([closed, late]);
    clearTimeout(timer);
    clearTimeout(linger);
    clearInterval(this.sweeper);
    let cut = 0;
    for (const connection of this.connections.values()) {
      cut += connection.unanswered;
      connection.cut();
    }
    this.handshakes?.cut();
    await closed;
    return cut;
  }

  private sweep(): void {
    const nowMs = performance.now();
    for (const connection of this.connections.values()) connection.cutIfStuck(nowMs, this.options.answerTimeoutMs);
  }

  private accept(socket: Socket): void {
    const connection = new NodeHttpConnection(socket);
    // Its handshake was under way when the listening ended.
    if (this.closing) connection.endWithNextAnswer();
    this.connections.set(socket, connection);
    socket.once('close', () => this.connections.delete(socket));
  }

  private take(request: IncomingMessage, response: ServerResponse, awaitsContinue: boolean): void {
    const connection = this.connections.get(request.socket);
    // Node tells of a connection before its first request.
    if (connection === undefined) throw new Error('a request came on a connection that was never accepted');
    const call = new NodeHttpCall(request, response, this.options, awaitsContinue);
    connection.begin(call);
    response.once('close', () => {
      call.end();
      connection.end(call);
    });
    const reply = new NodeHttpReply(response, call, connection);
    const { fault } = call;
    if (fault !== null) {
      call.breakOff(fault);
      reply.send(fault.httpStatus, [['Content-Type', 'application/json']], JSON.stringify({ error: fault.message }));
      return;
    }
    this.handler(call, reply).catch((error: unknown) => {
      this.options.onDefect(error);
      connection.cut();
    });
  }
}

function httpOptions({ headerBytesMax, requestTimeoutMs, idleTimeoutMs }: EdgeOptions): ServerOptions {
  return {
    maxHeaderSize: headerBytesMax,
    requestTimeout: requestTimeoutMs,
    headersTimeout: requestTimeoutMs,
    keepAliveTimeout: idleTimeoutMs,
    // Node looks for late requests only this often.
    connectionsCheckingInterval: Math.min(1_000, requestTimeoutMs),
    // Checked here, where the answer can say why.
    requireHostHeader: false,
    noDelay: true,
  };
}
