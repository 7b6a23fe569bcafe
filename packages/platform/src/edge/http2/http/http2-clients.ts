import type { Socket } from 'node:net';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { CallHandler, EdgeOptions } from '../../edge.ts';
import { Http2Connection } from '../http2-connection.ts';
import type { Http2Stream, StreamConsumer } from '../http2-stream.ts';
import { Http2Call } from './http2-call.ts';

/** Requests at once on one connection. */
const streamsMax = 256;

/**
 * The clients of one listener that speak HTTP/2: those that agreed on it in their TLS handshake (ALPN), and those that begin
 * a connection in plain text with its preface.
 */
export class Http2Clients {
  private readonly options: EdgeOptions;
  private readonly handler: CallHandler;
  private readonly connections = new Set<Http2Connection>();
  private draining = false;

  constructor(options: EdgeOptions, handler: CallHandler) {
    this.options = options;
    this.handler = handler;
  }

  /** Takes over a connection. Nothing of it may have been read, or what was has been put back (`unshift`). */
  accept(socket: Socket): void {
    const { headerBytesMax, requestTimeoutMs, answerTimeoutMs, idleTimeoutMs } = this.options;
    // A client that closes its sending half is gone, and what is open for it ends.
    socket.allowHalfOpen = false;
    const connection = new Http2Connection(socket, {
      streamsMax,
      headerBytesMax,
      requestTimeoutMs,
      answerTimeoutMs,
      idleTimeoutMs,
      onRequest: (stream) => this.take(stream),
      onDefect: this.options.onDefect,
      onClosed: () => this.connections.delete(connection),
    });
    this.connections.add(connection);
    if (this.draining) connection.drain();
  }

  /** Ends what takes too long. To be called about once a second. */
  sweep(nowMs: number): void {
    for (const connection of this.connections) connection.sweep(nowMs);
  }

  /** Tells all to call elsewhere; what they have called is answered. */
  drain(): void {
    this.draining = true;
    for (const connection of this.connections) connection.drain();
  }

  /** Ends those that are left. @returns how many requests have no whole answer. */
  cut(): number {
    let unanswered = 0;
    for (const connection of this.connections) {
      unanswered += connection.openStreams;
      connection.destroy();
    }
    return unanswered;
  }

  private take(stream: Http2Stream): StreamConsumer {
    const call = new Http2Call(stream, this.options);
    const fault = call.method === 'CONNECT' ? new ClusterError('UNSUPPORTED', 'CONNECT is not supported') : call.fault;
    if (fault === null) {
      void this.run(call, stream);
      return call;
    }
    const status = call.method === 'CONNECT' ? 405 : fault.httpStatus;
    call.send(status, [['content-type', 'application/json']], JSON.stringify({ error: fault.message }));
    stream.owner.handled();
    return call;
  }

  private async run(call: Http2Call, stream: Http2Stream): Promise<void> {
    try {
      await this.handler(call, call);
    } catch (error) {
      this.options.onDefect(error);
      call.breakOff();
    }
    stream.owner.handled();
  }
}
