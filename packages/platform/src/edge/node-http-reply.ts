import type { ServerResponse } from 'node:http';
import type { Headers, Reply } from './edge.ts';

/** A response of node:http as a neutral reply. */
export class NodeHttpReply implements Reply {
  private readonly response: ServerResponse;
  private readonly closesConnection: () => boolean;

  constructor(response: ServerResponse, closesConnection: () => boolean) {
    this.response = response;
    this.closesConnection = closesConnection;
  }

  send(status: number, headers: Headers, body: Uint8Array | string): void {
    const length = typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength;
    this.head(status, [...headers, ['Content-Length', String(length)]]);
    this.response.end(body);
  }

  start(status: number, headers: Headers): void {
    this.head(status, headers);
    this.response.flushHeaders();
  }

  write(chunk: Uint8Array | string): boolean {
    return this.response.write(chunk);
  }

  drained(): Promise<void> {
    if (!this.response.writableNeedDrain) return Promise.resolve();
    return new Promise((resolve) => {
      this.response.once('drain', resolve);
      // A client that went away never drains, and the writer must not wait for it.
      this.response.once('close', resolve);
    });
  }

  end(trailers: Headers = []): void {
    if (trailers.length > 0) this.response.addTrailers(Object.fromEntries(trailers));
    this.response.end();
  }

  private head(status: number, headers: Headers): void {
    const flat: string[] = [];
    for (const [name, value] of headers) flat.push(name, value);
    if (this.closesConnection()) flat.push('Connection', 'close');
    this.response.writeHead(status, flat);
  }
}
