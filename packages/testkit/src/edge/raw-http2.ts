import { connect, type Socket } from 'node:net';
import { encodeHeaders } from '@cluster-ai/platform/edge/http2/hpack/encode-headers.ts';
import { frameHeadBytes, frameTypes, preface } from '@cluster-ai/platform/edge/http2/protocol.ts';

export interface RawFrame {
  readonly type: number;
  readonly flags: number;
  readonly streamId: number;
  readonly payload: Buffer;
}

/** Bytes of a frame, right or wrong. */
export function frameOf(type: number, flags: number, streamId: number, payload: Uint8Array = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(frameHeadBytes);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(streamId, 5);
  return Buffer.concat([head, payload]);
}

/** The payload of a frame that is one number. */
export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** The header block of a call of gRPC. */
export function callBlock(path: string, ...headers: readonly (readonly [string, string])[]): Uint8Array {
  return encodeHeaders([
    [':method', 'POST'],
    [':scheme', 'http'],
    [':path', path],
    [':authority', 'localhost'],
    ['content-type', 'application/grpc'],
    ['te', 'trailers'],
    ...headers,
  ]);
}

/** A client of HTTP/2 that sends whatever it is told to, and keeps what it is answered. */
export class RawHttp2 {
  readonly frames: RawFrame[] = [];
  isClosed = false;
  private readonly socket: Socket;
  private unread = Buffer.alloc(0);

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => this.read(chunk));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => (this.isClosed = true));
  }

  /** @param settings payload of the first SETTINGS. */
  static async open(port: number, settings?: Buffer): Promise<RawHttp2> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await new Promise((resolve) => socket.once('connect', resolve));
    const client = new RawHttp2(socket);
    client.send(preface, frameOf(frameTypes.settings, 0, 0, settings));
    return client;
  }

  send(...bytes: readonly Uint8Array[]): void {
    if (!this.isClosed) this.socket.write(Buffer.concat(bytes));
  }

  /** Reads no more, until `resume`. */
  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  destroy(): void {
    this.socket.destroy();
  }

  of(type: number, streamId?: number): RawFrame[] {
    return this.frames.filter((frame) => frame.type === type && (streamId ?? frame.streamId) === frame.streamId);
  }

  /** Code of the GOAWAY that came last, or null. */
  get goneWith(): number | null {
    return this.of(frameTypes.goAway).at(-1)?.payload.readUInt32BE(4) ?? null;
  }

  private read(chunk: Buffer): void {
    this.unread = Buffer.concat([this.unread, chunk]);
    while (this.unread.length >= frameHeadBytes) {
      const end = frameHeadBytes + this.unread.readUIntBE(0, 3);
      if (this.unread.length < end) return;
      this.frames.push({
        type: this.unread.readUInt8(3),
        flags: this.unread.readUInt8(4),
        streamId: this.unread.readUInt32BE(5),
        payload: this.unread.subarray(frameHeadBytes, end),
      });
      this.unread = this.unread.subarray(end);
    }
  }
}
