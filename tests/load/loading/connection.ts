import { connect, type Socket } from 'node:net';
import type { LoadRequest } from '../../steady-load.ts';

export interface ConnectionOptions {
  readonly target: URL;
  readonly request: LoadRequest;
  /** @param fault null for a right answer. */
  readonly ended: (connection: Connection, dueMs: number, fault: string | null) => void;
}

const answerBytesMax = 65_536;
const headEnd = Buffer.from('\r\n\r\n');
const good = Buffer.from('HTTP/1.1 200');

/** The body of the first answer, which was checked; all others must be the same. */
let expected: Buffer | null = null;

/** One connection, with one request on it at a time. It reads into memory of its own and makes no text of right answers. */
export class Connection {
  private readonly options: ConnectionOptions;
  private readonly socket: Socket;
  private readonly requestBytes: Buffer;
  private readonly answer = Buffer.alloc(answerBytesMax);
  private filled = 0;
  private dueMs = 0;

  constructor(options: ConnectionOptions) {
    this.options = options;
    const { target, request } = options;
    const { path, body } = request;
    this.requestBytes = Buffer.from(
      `POST ${path} HTTP/1.1\r\nHost: ${target.host}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
    const callback = (bytes: number, buffer: Uint8Array): boolean => {
      this.receive(buffer, bytes);
      return true;
    };
    const onread = { buffer: Buffer.alloc(answerBytesMax), callback };
    this.socket = connect({ port: Number(target.port), host: target.hostname, noDelay: true, onread });
    this.socket.on('error', (error) => fail(error.message));
    this.socket.on('end', () => fail('the server closed a connection'));
  }

  /** @param dueMs when it was to be sent, on the clock of `performance.now()`. */
  send(dueMs: number): void {
    this.dueMs = dueMs;
    this.socket.write(this.requestBytes);
  }

  private receive(bytes: Uint8Array, count: number): void {
    if (this.filled + count > answerBytesMax) fail(`an answer of more than ${answerBytesMax} bytes`);
    this.answer.set(count === bytes.length ? bytes : bytes.subarray(0, count), this.filled);
    this.filled += count;
    const end = this.answer.indexOf(headEnd);
    // What lies behind the answer is left from those before.
    if (end < 0 || end + headEnd.length > this.filled) return;
    const start = end + headEnd.length;
    if (expected !== null && this.filled === start + expected.length && this.isExpected(expected, start)) {
      this.finish(null);
    } else this.lookClosely(start);
  }

  private isExpected(body: Buffer, start: number): boolean {
    const { answer } = this;
    return (
      answer.compare(good, 0, good.length, 0, good.length) === 0 &&
      answer.compare(body, 0, body.length, start, this.filled) === 0
    );
  }

  private lookClosely(start: number): void {
    const head = this.answer.toString('latin1', 0, start);
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1]);
    if (!(this.filled >= start + length)) return;
    const body = this.answer.toString('utf8', start, this.filled);
    if (!head.startsWith(good.toString())) this.finish(`${head}${body}`.slice(0, 500));
    else if (expected !== null) this.finish(`another answer: ${body.slice(0, 500)}`);
    else {
      const fault = this.options.request.check(body);
      if (fault === null) expected = Buffer.from(this.answer.subarray(start, this.filled));
      this.finish(fault);
    }
  }

  private finish(fault: string | null): void {
    this.filled = 0;
    this.options.ended(this, this.dueMs, fault);
  }
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
