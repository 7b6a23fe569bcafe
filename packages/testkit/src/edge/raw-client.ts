import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';

/** One response as it stood on the wire. */
export interface RawResponse {
  readonly status: number;
  /** Lower-case names; the last of repeated ones. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
  readonly trailers: ReadonlyMap<string, string>;
}

const waitMsMax = 20_000;

/** A client that sends exactly the bytes that it is told to, and reads responses one after another. */
export class RawClient {
  /** What bytes are written to: the connection itself, or TLS on it. */
  private readonly socket: Socket;
  private readonly connection: Socket;
  private received = Buffer.alloc(0);
  private ended = false;
  private wake: () => void = () => undefined;

  private constructor(socket: Socket, connection: Socket) {
    this.socket = socket;
    this.connection = connection;
    socket.on('data', (chunk) => {
      this.received = Buffer.concat([this.received, chunk]);
      this.wake();
    });
    socket.on('error', () => this.finish());
    socket.on('end', () => this.finish());
    socket.on('close', () => this.finish());
  }

  /** @param ca speaks TLS, and trusts this certificate. */
  static async connect(port: number, ca?: string): Promise<RawClient> {
    const connection = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    if (ca === undefined) {
      const client = new RawClient(connection, connection);
      await once(connection, 'connect');
      return client;
    }
    await once(connection, 'connect');
    const socket = connectTls({ socket: connection, ca, servername: 'localhost' });
    const client = new RawClient(socket, connection);
    // The ticket for a later session comes when the server has seen the end of the handshake: what is sent from now on
    // is not part of it. A server that wants no more connections ends this one before.
    await new Promise((resolve) => {
      socket.once('session', resolve);
      socket.once('close', resolve);
    });
    // What is written while Node hands that over stays in its buffer until something else is read.
    await nextTurn();
    return client;
  }

  send(bytes: string | Uint8Array): void {
    this.socket.write(bytes);
  }

  /** Closes the sending half; answers can still come. */
  finishSending(): void {
    this.socket.end();
  }

  /** Goes away: what is in flight is lost. */
  destroy(): void {
    this.socket.destroy();
  }

  /** Goes away with a reset, as a killed process behind a firewall does. */
  reset(): void {
    this.connection.resetAndDestroy();
  }

  /** Stops reading, so that the sender meets a full pipe. */
  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  get bytesReceived(): number {
    return this.socket.bytesRead;
  }

  /** Resolves when the server has closed its half, whatever came before. */
  async closed(): Promise<void> {
    await this.until(() => this.ended, 'the connection to be closed');
  }

  /** What has arrived and was not read as a response. */
  get rest(): string {
    return this.received.toString('latin1');
  }

  /** Reads the next response. @param toHead the answer to a HEAD request has a length but no body. */
  async response(toHead = false): Promise<RawResponse> {
    const head = await this.take((bytes) => {
      const end = bytes.indexOf('\r\n\r\n');
      return end === -1 ? null : end + 4;
    });
    const [statusLine = '', ...lines] = head.toString('latin1').trimEnd().split('\r\n');
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(`${statusLine} `)?.[1]);
    const headers = parseHeaders(lines);
    if (toHead || status < 200 || status === 204 || status === 304) {
      return { status, headers, body: Buffer.alloc(0), trailers: new Map() };
    }
    if (headers.get('transfer-encoding') === 'chunked') return { status, headers, ...(await this.chunks()) };
    const length = headers.get('content-length');
    if (length === undefined) throw new Error(`a response without a length: ${head.toString('latin1')}`);
    return {
      status,
      headers,
      body: await this.take((bytes) => (bytes.length >= Number(length) ? Number(length) : null)),
      trailers: new Map(),
    };
  }

  private async chunks(): Promise<{ readonly body: Buffer; readonly trailers: ReadonlyMap<string, string> }> {
    const parts: Buffer[] = [];
    for (;;) {
      const size = Number.parseInt(await this.line(), 16);
      if (size === 0) break;
      parts.push((await this.take((bytes) => (bytes.length >= size + 2 ? size + 2 : null))).subarray(0, size));
    }
    const lines: string[] = [];
    for (let line = await this.line(); line !== ''; line = await this.line()) lines.push(line);
    return { body: Buffer.concat(parts), trailers: parseHeaders(lines) };
  }

  private async line(): Promise<string> {
    const bytes = await this.take((received) => {
      const end = received.indexOf('\r\n');
      return end === -1 ? null : end + 2;
    });
    return bytes.toString('latin1').trimEnd();
  }

  /** Takes the bytes whose number `lengthOf` knows as soon as enough have arrived. */
  private async take(lengthOf: (received: Buffer) => number | null): Promise<Buffer> {
    await this.until(() => lengthOf(this.received) !== null || this.ended, 'more of a response');
    const length = lengthOf(this.received);
    if (length === null) throw new Error(`the connection was closed after: ${JSON.stringify(this.rest.slice(0, 400))}`);
    const taken = this.received.subarray(0, length);
    this.received = this.received.subarray(length);
    return taken;
  }

  private async until(fulfilled: () => boolean, what: string): Promise<void> {
    const endsAtMs = performance.now() + waitMsMax;
    while (!fulfilled()) {
      const leftMs = endsAtMs - performance.now();
      if (leftMs <= 0) {
        throw new Error(`waited ${waitMsMax} ms for ${what}; have ${JSON.stringify(this.rest.slice(0, 400))}`);
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  private finish(): void {
    this.ended = true;
    this.wake();
  }
}

function parseHeaders(lines: readonly string[]): Map<string, string> {
  return new Map(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
}
