import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Ended, Exchange, LoadConnection } from './load-connection.ts';
import { grpcFields } from './scenarios.ts';

/** Frames of HTTP/2, RFC 9113, section 6. */
const frame = { data: 0, headers: 1, reset: 3, settings: 4, ping: 6, goAway: 7, windowUpdate: 8 } as const;
const flag = { endStream: 1, ack: 1, endHeaders: 4, padded: 8 } as const;
const initialWindowSetting = 4;
const headBytes = 9;
const frameBytesMax = 16_384;
const windowBytesDefault = 65_535;
const windowBytesMax = 2 ** 31 - 1;
const giveBackFromBytes = 2 ** 20;
const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

/** A message in the frame that gRPC sends it in: not compressed, and its length in four bytes. */
export function framed(message: Uint8Array): Buffer {
  const bytes = Buffer.alloc(5 + message.byteLength);
  bytes.writeUInt32BE(message.byteLength, 1);
  bytes.set(message, 5);
  return bytes;
}

/**
 * Opens a connection for unary calls of one method, as many at once as the caller likes. It does no more than a load needs:
 * it reads no header of an answer. A call that failed has no message, or another one, and shows as wrong by that.
 */
export async function openGrpcLoadConnection(url: string, path: string): Promise<LoadConnection> {
  const { hostname, port, host } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  await once(socket, 'connect');
  return new GrpcLoadConnection(socket, headerBlock(path, host));
}

interface Stream {
  readonly exchange: Exchange;
  readonly ended: Ended;
  readonly received: Buffer[];
}

class GrpcLoadConnection implements LoadConnection {
  private readonly socket: Socket;
  private readonly block: Buffer;
  private readonly streams = new Map<number, Stream>();
  /** Calls whose message finds no room in the connection's window yet. */
  private readonly held: (readonly [id: number, bytes: Buffer])[] = [];
  private nextId = 1;
  private windowBytes = windowBytesDefault;
  private streamWindowBytes = windowBytesDefault;
  private receivedBytes = 0;
  private rest: Buffer = Buffer.alloc(0);
  private outgoing: Buffer[] = [];

  constructor(socket: Socket, block: Buffer) {
    this.socket = socket;
    this.block = block;
    const settings = Buffer.alloc(6);
    settings.writeUInt16BE(initialWindowSetting);
    settings.writeUInt32BE(windowBytesMax, 2);
    this.outgoing.push(preface, frameOf(frame.settings, 0, 0, settings));
    this.outgoing.push(windowUpdate(windowBytesMax - windowBytesDefault));
    socket.on('data', (chunk: Buffer) => this.take(chunk));
    socket.on('error', (error) => this.fail(error.message));
    socket.on('close', () => this.fail('the server closed the connection'));
    this.flushLater();
  }

  send(exchange: Exchange, ended: Ended): void {
    const id = this.nextId;
    this.nextId += 2;
    this.streams.set(id, { exchange, ended, received: [] });
    this.held.push([id, exchange.request]);
    this.release();
  }

  close(): void {
    this.streams.clear();
    this.socket.destroy();
  }

  /** Sends what the window has room for. A message larger than the window of a stream is not split over updates. */
  private release(): void {
    for (let next = this.held[0]; next !== undefined && next[1].byteLength <= this.windowBytes; next = this.held[0]) {
      this.held.shift();
      const [id, bytes] = next;
      if (bytes.byteLength > this.streamWindowBytes) {
        this.fail(`a message of ${bytes.byteLength} bytes does not fit into the window of ${this.streamWindowBytes}`);
        return;
      }
      this.windowBytes -= bytes.byteLength;
      this.outgoing.push(frameOf(frame.headers, flag.endHeaders, id, this.block));
      for (let begin = 0; begin < bytes.byteLength; begin += frameBytesMax) {
        const piece = bytes.subarray(begin, begin + frameBytesMax);
        const isLast = begin + piece.byteLength === bytes.byteLength;
        this.outgoing.push(frameOf(frame.data, isLast ? flag.endStream : 0, id, piece));
      }
    }
    this.flushLater();
  }

  private isFlushing = false;

  /** One write for all that is sent in a turn. */
  private flushLater(): void {
    if (this.isFlushing) return;
    this.isFlushing = true;
    setImmediate(() => {
      this.isFlushing = false;
      if (this.outgoing.length === 0) return;
      this.socket.write(Buffer.concat(this.outgoing));
      this.outgoing = [];
    });
  }

  private take(chunk: Buffer): void {
    let bytes = this.rest.byteLength === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    while (bytes.byteLength >= headBytes) {
      const length = bytes.readUIntBE(0, 3);
      if (bytes.byteLength < headBytes + length) break;
      const id = bytes.readUInt32BE(5) & windowBytesMax;
      this.frame(bytes[3] ?? 0, bytes[4] ?? 0, id, bytes.subarray(headBytes, headBytes + length));
      bytes = bytes.subarray(headBytes + length);
    }
    this.rest = bytes;
  }

  private frame(type: number, flags: number, id: number, payload: Buffer): void {
    if (type === frame.data) this.data(flags, id, payload);
    else if (type === frame.windowUpdate && id === 0) {
      this.windowBytes += payload.readUInt32BE(0);
      this.release();
    } else if (type === frame.settings && (flags & flag.ack) === 0) this.settings(payload);
    else if (type === frame.ping && (flags & flag.ack) === 0) {
      this.outgoing.push(frameOf(frame.ping, flag.ack, 0, payload));
      this.flushLater();
    } else if (type === frame.goAway) this.fail(`the server sent GOAWAY with code ${payload.readUInt32BE(4)}`);
    else if (type === frame.reset) this.finish(id, `the server reset the call with code ${payload.readUInt32BE(0)}`);
    if (type === frame.headers && (flags & flag.endStream) !== 0) this.finish(id, null);
  }

  private data(flags: number, id: number, payload: Buffer): void {
    if ((flags & flag.padded) !== 0) this.fail('the server pads its frames, which this client does not read');
    this.streams.get(id)?.received.push(Buffer.from(payload));
    this.receivedBytes += payload.byteLength;
    if (this.receivedBytes < giveBackFromBytes) return;
    this.outgoing.push(windowUpdate(this.receivedBytes));
    this.receivedBytes = 0;
    this.flushLater();
  }

  private settings(payload: Buffer): void {
    for (let at = 0; at + 6 <= payload.byteLength; at += 6) {
      if (payload.readUInt16BE(at) === initialWindowSetting) this.streamWindowBytes = payload.readUInt32BE(at + 2);
    }
    this.outgoing.push(frameOf(frame.settings, flag.ack, 0, Buffer.alloc(0)));
    this.flushLater();
  }

  private finish(id: number, problem: string | null): void {
    const stream = this.streams.get(id);
    if (stream === undefined) return;
    this.streams.delete(id);
    const found = stream.received.length === 1 ? stream.received[0] : Buffer.concat(stream.received);
    const isRight = found?.equals(stream.exchange.answer) === true;
    stream.ended(problem ?? (isRight ? null : `a message of ${found?.byteLength ?? 0} bytes, not the one it must be`));
  }

  private fail(problem: string): void {
    for (const id of Array.from(this.streams.keys())) this.finish(id, problem);
  }
}

function frameOf(type: number, flags: number, id: number, payload: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(headBytes + payload.byteLength);
  bytes.writeUIntBE(payload.byteLength, 0, 3);
  bytes[3] = type;
  bytes[4] = flags;
  bytes.writeUInt32BE(id, 5);
  payload.copy(bytes, headBytes);
  return bytes;
}

function windowUpdate(bytes: number): Buffer {
  const payload = Buffer.alloc(4);
  payload.writeUInt32BE(bytes);
  return frameOf(frame.windowUpdate, 0, 0, payload);
}

/** The header of every call: fields of the static table or as texts, nothing that a decoder must remember (RFC 7541, 6). */
function headerBlock(path: string, authority: string): Buffer {
  const text = (value: string): Buffer => Buffer.concat([Buffer.of(value.length), Buffer.from(value)]);
  const methodPost = 0x83;
  const schemeHttp = 0x86;
  return Buffer.concat([
    Buffer.of(methodPost, schemeHttp, 0x04),
    text(path),
    Buffer.of(0x01),
    text(authority),
    ...grpcFields.flatMap(([name, value]) => [Buffer.of(0x00), text(name), text(value)]),
  ]);
}
