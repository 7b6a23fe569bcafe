import type { Headers } from '../edge.ts';
import type { FrameWriter } from './frame-writer.ts';
import type { ErrorName } from './protocol.ts';
import type { ReceiveWindow } from './receive-window.ts';
import type { RequestHead } from './request-head.ts';

/** Who answers a request: HTTP or gRPC. It is told of what the client does, in this order, and of nothing after the end. */
export interface StreamConsumer {
  /**
   * A part of the body, which may be overwritten once this returns. Its bytes count against the client's windows until they
   * are given back by `consumed`.
   */
  onData(bytes: Buffer): void;
  /** The client has sent everything. @param trailers what came after the body; mostly nothing. */
  onEnd(trailers: Headers): void;
  /** The client takes the answer no more: it reset the stream, or the connection is gone. */
  onAbort(): void;
  /** What was held back is on its way. */
  onDrained(): void;
  /** The connection takes no new requests, and waits for this one to end. */
  onDraining(): void;
  /** Called now and then, for what has not come in time. */
  onSweep(nowMs: number): void;
}

/** What a stream needs of its connection. */
export interface StreamOwner {
  readonly writer: FrameWriter;
  readonly remoteAddress: string;
  readonly localAddress: string;
  /** What may still be sent on the whole connection. */
  sendWindow: number;
  /** Bytes of answers that wait for windows, of all streams. */
  heldBytes: number;
  /** The stream has bytes that may not leave yet. */
  hold(stream: Http2Stream): void;
  /** Both sides have ended, or the stream was reset. */
  forget(stream: Http2Stream, wasReset: boolean): void;
  giveBack(bytes: number): void;
  /** DATA of so many bytes is on its way. */
  sent(bytes: number): void;
  /** The consumer of a stream is done with it, which may be later than its end. */
  handled(): void;
}

const nothing = new Uint8Array();

/** One request and its answer (RFC 9113, section 5). Its frames come in through the connection. */
export class Http2Stream {
  readonly id: number;
  readonly head: RequestHead;
  readonly owner: StreamOwner;
  /** What may still be sent on this stream; below nothing after a client has made its windows smaller. */
  sendWindow: number;
  consumer: StreamConsumer | null = null;
  /** The client has ended its side. */
  remoteEnded = false;
  /** Nothing more comes or goes. */
  closed = false;
  private readonly receiveWindow: ReceiveWindow;
  /** Of what the client has announced; null where it did not. */
  private contentLeft: number | null;
  private localEnded = false;
  /** What the consumer was given and has not yet given back. */
  private unconsumed = 0;
  /** What waits for a window, and from where the first of it. */
  private queue: Uint8Array[] = [];
  private queueAt = 0;
  private queuedBytes = 0;
  private heldSinceMs = 0;
  private trailers: Uint8Array | null = null;

  constructor(id: number, head: RequestHead, owner: StreamOwner, sendWindow: number, receiveWindow: ReceiveWindow) {
    this.id = id;
    this.head = head;
    this.owner = owner;
    this.sendWindow = sendWindow;
    this.receiveWindow = receiveWindow;
    this.contentLeft = head.contentLength;
  }

  get isHeld(): boolean {
    return this.queuedBytes > 0;
  }

  /** How long the client has not taken what it was sent. */
  heldMs(nowMs: number): number {
    return this.isHeld ? nowMs - this.heldSinceMs : 0;
  }

  // What comes in.

  /** @param counted bytes of the frame's payload, padding included. @returns what is wrong with it, or null. */
  receive(bytes: Buffer, counted: number): ErrorName | null {
    if (!this.receiveWindow.take(counted)) return 'FLOW_CONTROL_ERROR';
    if (this.contentLeft !== null) {
      this.contentLeft -= bytes.length;
      if (this.contentLeft < 0) return 'PROTOCOL_ERROR';
    }
    this.unconsumed += counted;
    if (counted > bytes.length) this.consumed(counted - bytes.length);
    if (bytes.length > 0) this.consumer?.onData(bytes);
    return null;
  }

  /** @returns what is wrong with it, or null. */
  receiveEnd(trailers: Headers): ErrorName | null {
    if (this.contentLeft !== null && this.contentLeft > 0) return 'PROTOCOL_ERROR';
    this.remoteEnded = true;
    this.consumer?.onEnd(trailers);
    return null;
  }

  /** The client has reset the stream, or the connection is gone. */
  abort(): void {
    if (this.closed) return;
    this.close(false);
    this.consumer?.onAbort();
  }

  /** The consumer has taken so many bytes: the client may send as many more. */
  consumed(bytes: number): void {
    // At the end of the stream all of it was given back.
    if (this.closed) return;
    this.unconsumed -= bytes;
    this.owner.giveBack(bytes);
    if (this.remoteEnded) return;
    const told = this.receiveWindow.giveBack(bytes);
    if (told > 0) this.owner.writer.windowUpdate(this.id, told);
  }

  // What goes out.

  /** @param block what `encodeHeaders` wrote. @param ends the answer is nothing but this. */
  sendHeaders(block: Uint8Array, ends: boolean): void {
    if (this.localEnded) return;
    this.owner.writer.headers(this.id, block, ends);
    if (ends) this.endLocal();
  }

  /**
   * Sends a part of the answer; it must not be changed afterwards.
   * @param before stands before it; the two share a frame where they fit.
   * @returns false asks the sender to wait until it hears `onDrained`.
   */
  sendData(bytes: Uint8Array, before: Uint8Array = nothing): boolean {
    if (this.localEnded) return true;
    const { owner } = this;
    const { writer } = owner;
    const size = before.length + bytes.length;
    const isFree = this.queuedBytes === 0 && writer.hasRoom && size <= writer.frameBytesMax;
    if (isFree && size <= this.sendWindow && size <= owner.sendWindow) {
      writer.dataHead(this.id, size, false);
      if (before.length > 0) writer.append(before, 0, before.length);
      writer.append(bytes, 0, bytes.length);
      this.sendWindow -= size;
      owner.sendWindow -= size;
      owner.sent(size);
      return true;
    }
    if (this.queuedBytes === 0) this.heldSinceMs = performance.now();
    if (before.length > 0) this.queue.push(before.slice());
    if (bytes.length > 0) this.queue.push(bytes);
    this.queuedBytes += size;
    owner.heldBytes += size;
    while (this.sendHeld());
    if (this.queuedBytes === 0) return true;
    owner.hold(this);
    return false;
  }

  /** Ends the answer with trailers, after what is still held. */
  sendTrailers(block: Uint8Array): void {
    if (this.localEnded || this.trailers !== null) return;
    this.trailers = block;
    if (this.queuedBytes === 0) this.sendLast(block);
  }

  /** Ends the answer after what is still held. */
  sendEnd(): void {
    if (this.localEnded || this.trailers !== null) return;
    this.trailers = nothing;
    if (this.queuedBytes === 0) this.sendLast(nothing);
  }

  /** Ends the stream without the rest of the answer. The consumer asked for it, and hears of nothing more. */
  reset(code: ErrorName): void {
    if (this.closed) return;
    this.owner.writer.rstStream(this.id, code);
    this.close(true);
  }

  /** Sends a frame of what is held. @returns false when there is none, or none may leave. */
  sendHeld(): boolean {
    const { owner } = this;
    const { writer } = owner;
    let length = Math.min(this.queuedBytes, this.sendWindow, owner.sendWindow, writer.frameBytesMax);
    if (length <= 0 || !writer.hasRoom) return false;
    this.sendWindow -= length;
    owner.sendWindow -= length;
    this.queuedBytes -= length;
    owner.heldBytes -= length;
    owner.sent(length);
    writer.dataHead(this.id, length, false);
    while (length > 0) {
      const [first = nothing] = this.queue;
      const end = Math.min(first.length, this.queueAt + length);
      writer.append(first, this.queueAt, end);
      length -= end - this.queueAt;
      this.queueAt = end;
      if (end === first.length) this.dropFirst();
    }
    if (this.queuedBytes === 0 && this.trailers !== null) this.sendLast(this.trailers);
    return this.queuedBytes > 0;
  }

  private dropFirst(): void {
    this.queue.shift();
    this.queueAt = 0;
    // The client has taken one more message, and has as long again for the next.
    this.heldSinceMs = performance.now();
  }

  private sendLast(block: Uint8Array): void {
    if (block.length > 0) this.owner.writer.headers(this.id, block, true);
    else this.owner.writer.dataHead(this.id, 0, true);
    this.endLocal();
  }

  private endLocal(): void {
    this.localEnded = true;
    if (this.remoteEnded) {
      this.close(false);
      return;
    }
    // Section 8.1: the whole answer is there, and the rest of the request is not wanted.
    this.owner.writer.rstStream(this.id, 'NO_ERROR');
    this.close(true);
  }

  private close(wasReset: boolean): void {
    this.closed = true;
    this.localEnded = true;
    this.owner.giveBack(this.unconsumed);
    this.owner.heldBytes -= this.queuedBytes;
    this.queue = [];
    this.queuedBytes = 0;
    this.owner.forget(this, wasReset);
  }
}
