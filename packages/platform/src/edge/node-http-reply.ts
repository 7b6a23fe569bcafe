import type { ServerResponse } from 'node:http';
import type { Headers, Reply } from './edge.ts';
import type { NodeHttpCall } from './node-http-call.ts';
import type { NodeHttpConnection } from './node-http-connection.ts';

/** How long a refused client may go on sending before its connection is closed under it. */
const lingerMs = 1_000;

/** A response of node:http as a neutral reply. */
export class NodeHttpReply implements Reply {
  private readonly response: ServerResponse;
  private readonly call: NodeHttpCall;
  private readonly connection: NodeHttpConnection;

  constructor(response: ServerResponse, call: NodeHttpCall, connection: NodeHttpConnection) {
    this.response = response;
    this.call = call;
    this.connection = connection;
  }

  send(status: number, headers: Headers, body: Uint8Array | string): void {
    const length = typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength;
    const lingers = this.head(status, [...headers, ['Content-Length', String(length)]]);
    this.call.awaitsClient = true;
    if (!lingers) {
      this.response.end(body);
      return;
    }
    // The client has its whole answer with these bytes; the connection stays a while for what it is still sending.
    this.response.write(body);
    this.call.lingers = true;
    void this.call.discardRest(lingerMs).then(() => this.response.end());
  }

  start(status: number, headers: Headers): void {
    this.head(status, headers);
    this.response.flushHeaders();
  }

  write(chunk: Uint8Array | string): boolean {
    return this.response.write(chunk);
  }

  drained(): Promise<void> {
    if (!this.response.writableNeedDrain || this.response.destroyed) return Promise.resolve();
    this.call.awaitsClient = true;
    return new Promise((resolve) => {
      const done = (): void => {
        this.call.awaitsClient = false;
        this.response.off('drain', done);
        this.response.off('close', done);
        resolve();
      };
      this.response.once('drain', done);
      // A client that went away never drains, and the writer must not wait for it.
      this.response.once('close', done);
    });
  }

  end(trailers: Headers = []): void {
    if (trailers.length > 0) {
      this.response.addTrailers(trailers.map(([name, value]): [string, string] => [name, value]));
    }
    this.call.awaitsClient = true;
    this.response.end();
  }

  /** @returns true when the client may still be sending what nobody reads. */
  private head(status: number, headers: Headers): boolean {
    const { mustClose } = this.call;
    const flat: string[] = [];
    for (const [name, value] of headers) flat.push(name, value);
    if (mustClose || this.connection.endsWith(this.call)) flat.push('Connection', 'close');
    this.response.writeHead(status, flat);
    return mustClose;
  }
}
