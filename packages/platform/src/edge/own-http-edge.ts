import { createServer, type Server as TcpServer, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createServer as createTlsServer, type Server as TlsServer, type TLSSocket } from 'node:tls';
import type { TlsIdentity } from '../tls/certificate.ts';
import type { CallHandler, Edge, EdgeOptions } from './edge.ts';
import { HeadCache } from './http1/head-cache.ts';
import { Http1Connection, type ConnectionShare } from './http1/http1-connection.ts';
import { beginsAsHttp2, type OpenOtherClients, type OtherClients } from './http1/other-clients.ts';
import { readInto, ReadMemory } from './read-into.ts';
import { HeadEnds } from './http1/response-head.ts';
import { TurnEnd } from './http1/turn-end.ts';
import { NodeTlsHandshakes } from './node-tls-handshakes.ts';
import { openListener } from './open-listener.ts';

/** Turns of the event loop that bring in what the kernel already holds: accept, read, and one for good measure. */
const lastTurns = 3;

/** How long open connections may still bring one more request each after the listening has ended. */
const lingerMs = 500;

/** How often clients are looked for that take too long. */
const sweepMs = 1_000;

/** And while the listener closes. */
const closingSweepMs = 100;

/**
 * The edge on our own HTTP/1.1.
 * @param openOthers makes room for clients that speak HTTP/2; without it they are refused.
 */
export async function startOwnHttpEdge(
  options: EdgeOptions,
  handler: CallHandler,
  openOthers: OpenOtherClients | null = null,
): Promise<Edge> {
  const edge = new OwnHttpEdge(options, handler, openOthers?.(options, handler) ?? null);
  await edge.listen();
  return edge;
}

class OwnHttpEdge implements Edge {
  readonly host: string;
  port = 0;
  private readonly options: EdgeOptions;
  private readonly server: TcpServer;
  private readonly tlsServer: TlsServer | null;
  private readonly handshakes: NodeTlsHandshakes | null;
  private readonly share: ConnectionShare;
  private readonly others: OtherClients | null;
  private readonly connections = new Set<Http1Connection>();
  /** What any of the connections has brought, until it was looked at. */
  private readonly memory = new ReadMemory();
  private closing = false;
  private sweeper: NodeJS.Timeout | undefined;

  constructor(options: EdgeOptions, handler: CallHandler, others: OtherClients | null) {
    this.host = options.host;
    this.options = options;
    this.others = others;
    this.share = {
      options,
      handler,
      heads: new HeadCache(options.headerBytesMax),
      headEnds: new HeadEnds(options.idleTimeoutMs),
      turnEnd: new TurnEnd(),
    };
    const { tls, requestTimeoutMs } = options;
    const accept = (socket: Socket): void => this.accept(socket);
    // A client that has sent everything can still be answered.
    const tcp = { noDelay: true, allowHalfOpen: true };
    const ALPNProtocols = others === null ? ['http/1.1'] : ['h2', 'http/1.1'];
    this.tlsServer =
      tls === undefined
        ? null
        : createTlsServer({ ...tls, ...tcp, ALPNProtocols, handshakeTimeout: requestTimeoutMs }, (socket) =>
            this.acceptTls(socket),
          );
    this.server = this.tlsServer ?? createServer(tcp, accept);
    this.server.maxConnections = options.connectionsMax;
    this.handshakes = this.tlsServer === null ? null : new NodeTlsHandshakes(this.tlsServer);
    // A handshake that failed has nobody who could be answered.
    this.tlsServer?.on('tlsClientError', (_error, socket) => socket.destroy());
  }

  async listen(): Promise<void> {
    this.port = await openListener(this.server, this.options);
    const { answerTimeoutMs, requestTimeoutMs, idleTimeoutMs } = this.options;
    const shortestMs = Math.min(answerTimeoutMs, requestTimeoutMs, idleTimeoutMs);
    this.sweepEvery(Math.min(sweepMs, shortestMs / 2));
  }

  setTls(identity: TlsIdentity): void {
    if (this.tlsServer === null) throw new Error(`the listener '${this.options.listenerId}' has no TLS`);
    this.tlsServer.setSecureContext(identity);
  }

  async close(drainTimeoutMs: number): Promise<number> {
    for (let turn = 0; turn < lastTurns; turn += 1) await nextTurn();
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.closing = true;
    // Requests may be on their way over connections that their clients were told to keep: each is answered once more.
    for (const connection of this.connections) connection.endWithNextAnswer();
    this.others?.drain();
    this.sweepEvery(closingSweepMs);
    const linger = setTimeout(
      () => {
        for (const connection of this.connections) connection.close();
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
    let cut = this.others?.cut() ?? 0;
    for (const connection of this.connections) {
      cut += connection.unanswered;
      connection.cut();
    }
    this.handshakes?.cut();
    await closed;
    return cut;
  }

  private sweepEvery(everyMs: number): void {
    clearInterval(this.sweeper);
    this.sweeper = setInterval(() => this.sweep(), everyMs);
  }

  private sweep(): void {
    this.share.headEnds.refresh();
    const nowMs = performance.now();
    for (const connection of this.connections) connection.sweep(nowMs);
    this.others?.sweep(nowMs);
  }

  private acceptTls(socket: TLSSocket): void {
    if (socket.alpnProtocol === 'h2' && this.others !== null) {
      this.others.accept(socket);
      return;
    }
    const connection = this.begin(socket);
    this.listenTo(socket, connection);
    socket.on('data', (chunk: Buffer) => connection.read(chunk));
  }

  /** In plain text, the first bytes tell what the client speaks. */
  private accept(socket: Socket): void {
    const connection = this.begin(socket);
    const { others } = this;
    if (others === null) {
      this.readInto(socket, connection);
      return;
    }
    const ignore = this.listenTo(socket, connection);
    let begin: Buffer = Buffer.alloc(0);
    const readFirst = (chunk: Buffer): void => {
      begin = begin.length === 0 ? chunk : Buffer.concat([begin, chunk]);
      const verdict = beginsAsHttp2(begin);
      if (verdict === 'maybe') return;
      socket.off('data', readFirst);
      ignore();
      if (verdict === 'no') {
        this.readInto(socket, connection);
        connection.read(begin);
        return;
      }
      this.connections.delete(connection);
      socket.unshift(begin);
      others.accept(socket);
    };
    socket.on('data', readFirst);
  }

  private begin(socket: Socket): Http1Connection {
    const connection = new Http1Connection(socket, this.share);
    // Its handshake was under way when the listening ended.
    if (this.closing) connection.endWithNextAnswer();
    this.connections.add(connection);
    return connection;
  }

  private readInto(socket: Socket, connection: Http1Connection): void {
    const taken = readInto(
      socket,
      this.memory,
      (bytes) => connection.readBorrowed(bytes),
      () => connection.room,
    );
    connection.moveTo(taken);
    this.listenTo(taken, connection);
  }

  /** @returns what ends the listening. */
  private listenTo(socket: Socket, connection: Http1Connection): () => void {
    const end = (): void => connection.readEnd();
    const fail = (): void => connection.cut();
    const close = (): void => {
      this.connections.delete(connection);
      connection.lost();
    };
    socket.on('end', end);
    // What went wrong with a connection that its client has left is nobody's concern.
    socket.on('error', fail);
    socket.on('close', close);
    return () => socket.off('end', end).off('error', fail).off('close', close);
  }
}
