import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** One answer as it stood on the wire. */
export interface Answer {
  readonly status: number;
  /** Lower-case names; repeated ones are joined by a comma. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** A connection that sends exactly the bytes that it is told to, from an address of its own, and keeps what comes back. */
export class Wire {
  private readonly socket: Socket;
  private received: Buffer = Buffer.alloc(0);
  private wake: () => void = () => undefined;
  /** Whether the answers are to requests without bodies of answers. */
  private readonly toHead: boolean;
  readonly answers: Answer[] = [];
  /** When the server ended it, on the clock of `performance.now()`. */
  endedAtMs: number | null = null;

  private constructor(socket: Socket, toHead: boolean) {
    this.socket = socket;
    this.toHead = toHead;
    socket.on('data', (chunk: Buffer) => {
      this.received = this.received.byteLength === 0 ? chunk : Buffer.concat([this.received, chunk]);
      this.wake();
    });
    const finish = (): void => {
      this.endedAtMs ??= performance.now();
      this.wake();
    };
    // A reset is an end as well: what came before it was read.
    socket.on('error', finish);
    socket.on('end', finish);
    socket.on('close', finish);
  }

  /** @param from a loopback address, so that clients are told apart. */
  static async open(port: number, from: string, toHead = false): Promise<Wire> {
    const socket = connect({ port, host: '127.0.0.1', localAddress: from, allowHalfOpen: true, noDelay: true });
    const wire = new Wire(socket, toHead);
    await once(socket, 'connect');
    return wire;
  }

  send(bytes: Uint8Array): void {
    if (this.socket.writable) this.socket.write(bytes);
  }

  halfClose(): void {
    this.socket.end();
  }

  reset(): void {
    this.socket.resetAndDestroy();
  }

  stopReading(): void {
    this.socket.pause();
  }

  readAgain(): void {
    this.socket.resume();
  }

  destroy(): void {
    this.socket.destroy();
  }

  /** Bytes behind the last whole answer. */
  get rest(): string {
    return this.received.toString('latin1');
  }

  /** Waits until as many whole answers are there, or the connection has ended, or the time is over. */
  async untilAnswers(count: number, withinMs: number): Promise<void> {
    await this.until(withinMs, () => {
      while (this.takeAnswer());
      return this.answers.length >= count;
    });
  }

  async untilEnded(withinMs: number): Promise<void> {
    // What is not read any more does not tell of the end either.
    await this.until(withinMs, () => false);
    while (this.takeAnswer());
  }

  private async until(withinMs: number, fulfilled: () => boolean): Promise<void> {
    const endsAtMs = performance.now() + withinMs;
    while (!fulfilled() && this.endedAtMs === null) {
      const leftMs = endsAtMs - performance.now();
      if (leftMs <= 0) return;
      const woken = new Promise<void>((resolve) => {
        this.wake = resolve;
      });
      const controller = new AbortController();
      await Promise.race([woken, delay(leftMs, undefined, { signal: controller.signal }).catch(() => undefined)]);
      controller.abort();
    }
  }

  /** @returns false when no whole answer is there. */
  private takeAnswer(): boolean {
    const headEnd = this.received.indexOf('\r\n\r\n');
    if (headEnd === -1) return false;
    const [statusLine = '', ...lines] = this.received.subarray(0, headEnd).toString('latin1').split('\r\n');
    const status = Number(/^HTTP\/1\.1 (\d{3})( |$)/.exec(statusLine)?.[1]);
    const headers = readHeaders(lines);
    const start = headEnd + 4;
    const body = this.bodyAt(start, status, headers);
    if (body === null) return false;
    this.received = this.received.subarray(body.end);
    // 100 Continue is no answer.
    if (status >= 200) this.answers.push({ status, headers, body: body.text });
    return true;
  }

  private bodyAt(
    start: number,
    status: number,
    headers: ReadonlyMap<string, string>,
  ): { readonly text: string; readonly end: number } | null {
    if (this.toHead || status < 200 || status === 204 || status === 304) return { text: '', end: start };
    if (headers.get('transfer-encoding') === 'chunked') return this.chunksAt(start);
    const end = start + Number(headers.get('content-length') ?? 0);
    if (this.received.byteLength < end) return null;
    return { text: this.received.subarray(start, end).toString(), end };
  }

  private chunksAt(start: number): { readonly text: string; readonly end: number } | null {
    const parts: Buffer[] = [];
    for (let at = start; ;) {
      const lineEnd = this.received.indexOf('\r\n', at);
      if (lineEnd === -1) return null;
      const size = Number.parseInt(this.received.subarray(at, lineEnd).toString('latin1'), 16);
      if (Number.isNaN(size)) return null;
      const next = lineEnd + 2 + size + 2;
      if (this.received.byteLength < next) return null;
      if (size === 0) return { text: Buffer.concat(parts).toString(), end: next };
      parts.push(this.received.subarray(lineEnd + 2, lineEnd + 2 + size));
      at = next;
    }
  }
}

function readHeaders(lines: readonly string[]): Map<string, string> {
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    const before = headers.get(name);
    const value = line.slice(colon + 1).trim();
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return headers;
}
