import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

/** Up to here, parts are copied into one piece of memory; larger ones go out as they are. */
const mergedBytesMax = 65_536;

/** Text whose characters are octets, or octets. */
export type Part = string | Uint8Array;

/**
 * What one turn of the event loop has for a connection: all of it leaves in one write. Text stays text as long as nothing
 * else comes: the kernel then takes it from the stack, without memory of its own.
 */
export class Outbox {
  /** Bytes that were put in since the connection began. */
  bytesIn = 0;
  private readonly parts: Part[] = [];
  private text = '';
  private waiting = 0;

  /** Bytes that no write has taken. */
  get size(): number {
    return this.waiting;
  }

  /** @param text with characters up to 255, each of which is one octet. */
  addText(text: string): void {
    this.text += text;
    this.count(text.length);
  }

  /** The bytes must stay as they are. */
  addBytes(bytes: Uint8Array): void {
    if (this.text !== '') this.parts.push(this.text);
    this.text = '';
    this.parts.push(bytes);
    this.count(bytes.byteLength);
  }

  /**
   * Writes everything at once.
   * @param onTaken is called when the kernel has it, or the connection is lost; not when the kernel has it already.
   */
  writeTo(socket: Socket, onTaken: () => void): void {
    const { text, parts, waiting } = this;
    if (waiting === 0) return;
    this.text = '';
    this.waiting = 0;
    if (parts.length === 0) {
      writeText(socket, text, onTaken);
      return;
    }
    if (text !== '') parts.push(text);
    if (waiting <= mergedBytesMax) socket.write(merge(parts, waiting), onTaken);
    else writeApart(socket, parts, onTaken);
    parts.length = 0;
  }

  private count(bytes: number): void {
    this.waiting += bytes;
    this.bytesIn += bytes;
  }
}

const nothing = new Uint8Array(0);

/** Nearly always the kernel takes it at once. A callback of a write costs a third of the write: it is asked for if not. */
function writeText(socket: Socket, text: string, onTaken: () => void): void {
  // What is encrypted is taken later.
  if (socket instanceof TLSSocket) {
    socket.write(text, 'latin1', onTaken);
    return;
  }
  socket.write(text, 'latin1');
  if (socket.writableLength > 0) socket.write(nothing, onTaken);
}

function merge(parts: readonly Part[], size: number): Buffer {
  const merged = Buffer.allocUnsafe(size);
  let at = 0;
  for (const part of parts) {
    if (typeof part === 'string') merged.write(part, at, 'latin1');
    else merged.set(part, at);
    at += part.length;
  }
  return merged;
}

/** Node hands the parts of a cork to the kernel in one call. */
function writeApart(socket: Socket, parts: readonly Part[], onTaken: () => void): void {
  socket.cork();
  const last = parts.length - 1;
  for (const [index, part] of parts.entries()) {
    const done = index === last ? onTaken : undefined;
    if (typeof part === 'string') socket.write(part, 'latin1', done);
    else socket.write(part, done);
  }
  socket.uncork();
}
