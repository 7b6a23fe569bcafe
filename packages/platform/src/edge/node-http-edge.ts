import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Server as TcpServer, type AddressInfo, type Socket } from 'node:net';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { CallHandler, Edge, EdgeOptions, StartEdge } from './edge.ts';
import { NodeHttpCall } from './node-http-call.ts';
import { NodeHttpReply } from './node-http-reply.ts';
import { rejectBrokenRequest } from './broken-request.ts';

/** How long open connections may still bring requests after the listening has ended. */
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
  private readonly sockets = new Set<Socket>();
  private closing = false;
  private answering = 0;

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
        noDelay: true,
      },
      (request, response) => void this.take(request, response),
    );
    this.server.maxConnections = options.connectionsMax;
    this.server.on('checkContinue', (request, response) => {
      response.writeContinue();
      void this.take(request, response);
    });
    this.server.on('clientError', rejectBrokenRequest);
    // CONNECT would otherwise close the socket without a word.
    this.server.on('connect', (_request, socket) => socket.end('HTTP/1.1 405 Method Not Allowed\r\nConnection: close\r\nContent-Length: 0\r\n\r\n'));
    this.server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
  }

  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, this.options)));
      this.server.listen(this.options.port, this.options.host, () => {
        // A TCP server's address is an object; only pipes have text.
        this.port = (this.server.address() as AddressInfo).port;
        resolve();
      });
    });
  }

  async close(drainTimeoutMs: number): Promise<number> {
    this.closing = true;
    // http.Server.close would cut idle connections at once, and with them requests that are in the kernel's buffer and
    // were never read. So only the listening ends here; what still arrives is answered with `Connection: close`.
    const closed = new Promise<void>((resolve) => TcpServer.prototype.close.call(this.server, () => resolve()));
    const linger = setTimeout(() => this.server.closeIdleConnections(), Math.min(lingerMs, drainTimeoutMs));
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, drainTimeoutMs);
    });
    await Promise.race([closed, late]);
    clearTimeout(timer);
    clearTimeout(linger);
    const cut = this.answering;
    for (const socket of this.sockets) socket.destroy();
    await closed;
    return cut;
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.answering += 1;
    response.once('close', () => {
      this.answering -= 1;
    });
    const call = new NodeHttpCall(request, response, this.options);
    const reply = new NodeHttpReply(response, () => this.closing || call.mustClose);
    await this.handler(call, reply);
  }
}

function listenError(error: NodeJS.ErrnoException, options: EdgeOptions): Error {
  if (error.code === 'EADDRINUSE') {
    return new ClusterError('ALREADY_RUNNING', `port ${options.port} on ${options.host} is taken (listener '${options.listenerId}')`, {
      fix: `stop what uses it, or choose another port for the listener '${options.listenerId}'`,
    });
  }
  if (error.code === 'EACCES' || error.code === 'EADDRNOTAVAIL') {
    return new ClusterError('CONFIG_INVALID', `cannot listen on ${options.host}:${options.port} (listener '${options.listenerId}'): ${error.code}`);
  }
  return error;
}
