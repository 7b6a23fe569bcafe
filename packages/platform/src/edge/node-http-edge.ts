import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Server as TcpServer, type AddressInfo, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { notHttp } from './broken-request.ts';
import type { CallHandler, Edge, EdgeOptions, StartEdge } from './edge.ts';
import { NodeHttpCall } from './node-http-call.ts';
import { NodeHttpConnection } from './node-http-connection.ts';
import { NodeHttpReply } from './node-http-reply.ts';

/** Turns of the event loop that bring in what the kernel already holds: accept, read, and one for good measure. */
const lastTurns = 3;

/** How long open connections may still bring one more request each after the listening has ended. */
const lingerMs = 500;

/** The edge on Node's own HTTP server. */
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
  private readonly connections = new Map<unknown, NodeHttpConnection>();

  constructor(options: EdgeOptions, handler: CallHandler) {
    this.host = options.host;
    this.options = options;
    this.handler = handler;
    this.server = createServer(
      {
        maxHeaderSize: options.headerBytesMax,
        requestTimeout: options.requestTimeoutMs,
        headersTimeout: options.requestTimeoutMs,
        keepAliveTimeout: options.idleTimeoutMs,
        // Node looks for late requests only this often.
        connectionsCheckingInterval: Math.min(1_000, options.requestTimeoutMs),
        // Checked here, where the answer can say why.
        requireHostHeader: false,
        noDelay: true,
      },
      (request, response) => this.take(request, response, false),
    );
    this.server.maxConnections = options.connectionsMax;
    // Node drops headers past a count, and rules that look for a header must see all; their bytes are limited anyway.
    this.server.maxHeadersCount = 0;
    this.server.on('checkContinue', (request, response) => this.take(request, response, true));
    this.server.on('connection', (socket) => this.accept(socket));
    this.server.on('clientError', (error, socket) => this.connections.get(socket)?.fail(error));
    this.server.on('connect', (_request, socket) => {
      // Node has let go of this socket: an error on it would end the process.
      socket.on('error', () => socket.destroy());
      this.connections.get(socket)?.reject({ status: '405 Method Not Allowed', sentence: 'CONNECT is not supported' });
    });
  }

  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      const refuse = (error: NodeJS.ErrnoException): void => reject(listenError(error, this.options));
      this.server.once('error', refuse);
      this.server.listen(this.options.port, this.options.host, () => {
        this.server.off('error', refuse);
        // A connection that cannot be accepted, for want of file descriptors, must not end those that were.
        this.server.on('error', this.options.onDefect);
        // A TCP server's address is an object; only pipes have text.
        this.port = (this.server.address() as AddressInfo).port;
        resolve();
      });
    });
  }

  async close(drainTimeoutMs: number): Promise<number> {
    for (let turn = 0; turn < lastTurns; turn += 1) await nextTurn();
    // http.Server.close would cut idle connections at once, and with them requests that are on their way over a
    // connection that the client was told it may keep. Only the listening ends here; each of them is answered once more.
    const closed = new Promise<void>((resolve) => TcpServer.prototype.close.call(this.server, () => resolve()));
    for (const connection of this.connections.values()) connection.endWithNextAnswer();
    const linger = setTimeout(
      () => this.connections.forEach((connection) => connection.close()),
      Math.min(lingerMs, drainTimeoutMs / 2),
    );
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, drainTimeoutMs);
    });
    await Promise.race([closed, late]);
    clearTimeout(timer);
    clearTimeout(linger);
    let cut = 0;
    for (const connection of this.connections.values()) {
      cut += connection.unanswered;
      connection.cut();
    }
    await closed;
    return cut;
  }

  private accept(socket: Socket): void {
    this.connections.set(socket, new NodeHttpConnection(socket));
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
    if (!call.hasOneHost) {
      const error = new ClusterError('INVALID_ARGUMENT', `${notHttp.sentence}: it needs one Host header`);
      call.breakOff(error);
      reply.send(error.httpStatus, [['Content-Type', 'application/json']], JSON.stringify({ error: error.message }));
      return;
    }
    this.handler(call, reply).catch((error: unknown) => {
      this.options.onDefect(error);
      connection.cut();
    });
  }
}

function listenError(error: NodeJS.ErrnoException, options: EdgeOptions): Error {
  if (error.code === 'EADDRINUSE') {
    return new ClusterError(
      'ALREADY_RUNNING',
      `port ${options.port} on ${options.host} is taken (listener '${options.listenerId}')`,
      {
        fix: `stop what uses it, or choose another port for the listener '${options.listenerId}'`,
      },
    );
  }
  if (error.code === 'EACCES' || error.code === 'EADDRNOTAVAIL') {
    return new ClusterError(
      'CONFIG_INVALID',
      `cannot listen on ${options.host}:${options.port} (listener '${options.listenerId}'): ${error.code}`,
    );
  }
  return error;
}
