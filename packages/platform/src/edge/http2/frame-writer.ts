import type { Writable } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { tableSizeNothing } from './hpack/encode-headers.ts';
import { defaultFrameBytesMax, errorCodes, flags, frameHeadBytes, frameTypes, type ErrorName } from './protocol.ts';

/** Payloads up to this size are copied beside their frame's head; larger ones are handed on as they are. */
const copiedBytesMax = 2_048;

const slabBytes = 16_384;

/** Blocks that are written here use no table. */
const noTable = Buffer.of(tableSizeNothing);

/** No more DATA is framed while the socket holds this much: the rest stays with its stream, which may yet be reset. */
const heldBytesMax = 256 * 1_024;

const nothing = new Uint8Array(0);

/** Where the heads and small payloads of all connections are written, one after the other, never twice. */
let slab = Buffer.allocUnsafeSlow(slabBytes);
let slabUsed = 0;

/**
 * Writes frames (RFC 9113, section 6) for one socket. All frames of one turn leave in one write: when the code that runs
 * has come to its end, with the promises that it settled.
 */
export class FrameWriter {
  /** Largest payload that the client takes. */
  frameBytesMax = defaultFrameBytesMax;
  private readonly socket: Writable;
  private readonly onWritten: () => void;
  private parts: Uint8Array[] = [];
  private partBytes = 0;
  private isScheduled = false;
  private saysTableSize = true;
  /** The part that is being written: a piece of the slab that was current then. */
  private run = slab;
  private runStart = 0;
  private runEnd = 0;
  private writesDone = 0;
  private readonly flushLater = (): void => this.flush();
  private readonly written = (): void => {
    this.writesDone += 1;
    this.onWritten();
  };

  /** @param onWritten called after each write that the kernel took. */
  constructor(socket: Writable, onWritten: () => void) {
    this.socket = socket;
    this.onWritten = onWritten;
  }

  /** Bytes that the kernel has not taken. */
  get heldBytes(): number {
    return this.partBytes + this.socket.writableLength;
  }

  get hasRoom(): boolean {
    return this.heldBytes < heldBytesMax;
  }

  /** Changes whenever the kernel has taken something. */
  get progress(): number {
    return this.writesDone;
  }

  /** The client has changed how large a table of headers may be: the next block says that ours has nothing. */
  noteTableSize(): void {
    this.saysTableSize = true;
  }

  /** A header block, in as many frames as it needs. */
  headers(streamId: number, block: Uint8Array, endStream: boolean): void {
    if (this.saysTableSize) {
      this.saysTableSize = false;
      this.headers(streamId, Buffer.concat([noTable, block]), endStream);
      return;
    }
    const first = Math.min(block.length, this.frameBytesMax);
    const ends = endStream ? flags.endStream : 0;
    this.head(frameTypes.headers, ends | (first === block.length ? flags.endHeaders : 0), streamId, first);
    this.append(block, 0, first);
    for (let at = first; at < block.length; at += this.frameBytesMax) {
      const end = Math.min(block.length, at + this.frameBytesMax);
      this.head(frameTypes.continuation, end === block.length ? flags.endHeaders : 0, streamId, end - at);
      this.append(block, at, end);
    }
  }

  /** The head of a DATA frame; `append` brings its payload. */
  dataHead(streamId: number, length: number, endStream: boolean): void {
    this.head(frameTypes.data, endStream ? flags.endStream : 0, streamId, length);
  }

  rstStream(streamId: number, code: ErrorName): void {
    this.head(frameTypes.rstStream, 0, streamId, 4);
    this.uint32(errorCodes[code]);
  }

  /** @param settings pairs of identifier and value. */
  settings(settings: readonly (readonly [id: number, value: number])[]): void {
    this.head(frameTypes.settings, 0, 0, settings.length * 6);
    for (const [id, value] of settings) {
      const at = this.place(2);
      slab.writeUInt16BE(id, at);
      this.uint32(value);
    }
  }

  settingsAck(): void {
    this.head(frameTypes.settings, flags.ack, 0, 0);
  }

  /** @param payload its eight bytes. */
  ping(payload: Uint8Array, isAck: boolean): void {
    this.head(frameTypes.ping, isAck ? flags.ack : 0, 0, payload.length);
    this.append(payload, 0, payload.length);
  }

  goAway(lastStreamId: number, code: ErrorName, why: string): void {
    const text = Buffer.from(why, 'latin1');
    this.head(frameTypes.goAway, 0, 0, 8 + text.length);
    this.uint32(lastStreamId);
    this.uint32(errorCodes[code]);
    this.append(text, 0, text.length);
  }

  windowUpdate(streamId: number, bytes: number): void {
    this.head(frameTypes.windowUpdate, 0, streamId, 4);
    this.uint32(bytes);
  }

  private uint32(value: number): void {
    const at = this.place(4);
    slab.writeUInt32BE(value, at);
  }

  /** Adds to the payload of the frame whose head was written last. */
  append(bytes: Uint8Array, start: number, end: number): void {
    const length = end - start;
    if (length <= copiedBytesMax) {
      const at = this.place(length);
      if (start === 0 && end === bytes.length) slab.set(bytes, at);
      else slab.set(bytes.subarray(start, end), at);
      return;
    }
    this.seal();
    this.parts.push(bytes.subarray(start, end));
    this.partBytes += length;
  }

  /** Sends what is there now. */
  flush(): void {
    this.isScheduled = false;
    this.seal();
    const { parts, socket } = this;
    const [first] = parts;
    if (first === undefined) return;
    this.parts = [];
    this.partBytes = 0;
    if (!socket.writable) return;
    if (parts.length === 1) {
      this.write(first);
      return;
    }
    socket.cork();
    const last = parts.length - 1;
    for (const [index, part] of parts.entries()) {
      if (index === last) socket.write(part, this.written);
      else socket.write(part);
    }
    socket.uncork();
  }

  /** Nearly always the kernel takes it at once. A callback of a write costs a third of the write: it is asked for if not. */
  private write(part: Uint8Array): void {
    const { socket } = this;
    // What is encrypted is taken later.
    if (socket instanceof TLSSocket) {
      socket.write(part, this.written);
      return;
    }
    socket.write(part);
    if (socket.writableLength > 0) socket.write(nothing, this.written);
    else this.written();
  }

  /** The head of a frame whose payload follows. */
  private head(type: number, flagBits: number, streamId: number, length: number): void {
    const at = this.place(frameHeadBytes);
    slab.writeUInt16BE(length >>> 8, at);
    slab[at + 2] = length & 0xff;
    slab[at + 3] = type;
    slab[at + 4] = flagBits;
    slab.writeUInt32BE(streamId, at + 5);
  }

  /** Finds room for so many bytes, at most a slab, right after what this writer wrote last, if nobody else wrote since. */
  private place(length: number): number {
    if (!this.isScheduled) {
      this.isScheduled = true;
      process.nextTick(this.flushLater);
    }
    if (slab.length - slabUsed < length) {
      slab = Buffer.allocUnsafeSlow(slabBytes);
      slabUsed = 0;
    }
    if (this.run !== slab || this.runEnd !== slabUsed) {
      this.seal();
      this.run = slab;
      this.runStart = slabUsed;
    }
    const at = slabUsed;
    slabUsed += length;
    this.runEnd = slabUsed;
    this.partBytes += length;
    return at;
  }

  private seal(): void {
    if (this.runEnd === this.runStart) return;
    this.parts.push(this.run.subarray(this.runStart, this.runEnd));
    this.runStart = this.runEnd;
  }
}
