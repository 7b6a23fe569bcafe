import { ClusterError } from '@cluster-ai/core/errors.ts';
import { giveBack } from '../../process/give-back.ts';
import type { Call, EdgeOptions, Headers, Reply } from '../edge.ts';
import { bodyTooLarge, type IncomingBody } from './incoming-body.ts';
import type { Outbox, Part } from './outbox.ts';
import type { RequestHead } from './request-head.ts';
import { assertSendable, fieldsText, headText, type HeadEnd } from './response-head.ts';

/** What an exchange needs of its connection. */
export interface ExchangeOwner {
  readonly options: EdgeOptions;
  readonly remoteAddress: string;
  readonly localAddress: string;
  readonly outbox: Outbox;
  /** True when it is this one's turn to be answered. */
  isTurnOf(exchange: Exchange): boolean;
  /** How the head of this answer ends: it says what becomes of the connection, and so decides it. */
  headEndOf(exchange: Exchange): HeadEnd;
  /** Something was put into the outbox. */
  sendSoon(): void;
  /** The whole answer is in the outbox. */
  answered(exchange: Exchange): void;
  /** Somebody reads the body. */
  bodyWanted(): void;
  /** True while what was written waits for the client. */
  readonly isBehind: boolean;
  whenDrained(wake: () => void): void;
}

/** A rest of a refused body that is read and thrown away, so that its connection can go on. */
const discardedBytesMax = 65_536;

/** So much of a stream may wait for its turn before its writer is told to wait. */
const heldBytesMax = 65_536;

const noHeaders: Headers = [];

type Phase = 'unanswered' | 'streaming' | 'ended';

/** A request and its answer. It is both halves of what a handler gets: one object a request is enough. */
export class Exchange implements Call, Reply {
  /** The one that came after this one, on the same connection. */
  next: Exchange | null = null;
  /** Bytes of the connection up to the end of this answer; null before the whole answer is there. */
  endsAtByte: number | null = null;
  /** The client holds its body back. */
  awaitsContinue = false;
  readonly head: RequestHead;
  readonly incoming: IncomingBody | null;
  private readonly owner: ExchangeOwner;
  private readonly whole: Uint8Array;
  private phase: Phase = 'unanswered';
  private isStream = false;
  private status = 0;
  private answerHeaders: Headers = noHeaders;
  private answerBodyBytes: number | undefined;
  private answerBody: Uint8Array | string | null = null;
  private owesContinue = false;
  /** What was written before its turn. */
  private held: Part[] | null = null;
  private heldBytes = 0;
  private cancelListener: (() => void) | null = null;
  private isCancelled = false;
  private onTurn: (() => void) | null = null;

  /** @param whole the body, when it came with the head. @param incoming gathers it otherwise. */
  constructor(owner: ExchangeOwner, head: RequestHead, whole: Uint8Array, incoming: IncomingBody | null) {
    this.owner = owner;
    this.head = head;
    this.whole = whole;
    this.incoming = incoming;
  }

  get method(): string {
    return this.head.method;
  }

  get rawPath(): string {
    return this.head.rawPath;
  }

  get headers(): Headers {
    return this.head.headers;
  }

  header(name: string): string | null {
    return this.head.header(name);
  }

  get remoteAddress(): string {
    return this.owner.remoteAddress;
  }

  get localAddress(): string {
    return this.owner.localAddress;
  }

  get listenerId(): string {
    return this.owner.options.listenerId;
  }

  body(onBytes: (bytes: number) => void = () => undefined): Uint8Array | Promise<Uint8Array> {
    const { incoming, whole } = this;
    const { bodyBytesMax } = this.owner.options;
    const size = this.head.contentLength ?? 0;
    if (size > bodyBytesMax) throw bodyTooLarge(size, bodyBytesMax);
    if (incoming === null) {
      if (whole.byteLength > 0) onBytes(whole.byteLength);
      return whole;
    }
    if (this.isCancelled) throw goneAway();
    if (this.awaitsContinue) {
      this.awaitsContinue = false;
      this.owesContinue = true;
      if (this.owner.isTurnOf(this)) this.payContinue();
    }
    const body = incoming.read(bodyBytesMax, onBytes);
    this.owner.bodyWanted();
    return body;
  }

  releaseBody(): void {
    if (this.incoming === null) giveBack(this.whole);
    else this.incoming.release();
  }

  onCancel(listener: () => void): void {
    if (this.isCancelled) listener();
    else this.cancelListener = listener;
  }

  send(status: number, headers: Headers, body: Uint8Array | string, bodyBytes?: number): void {
    this.begin('ended', status, headers);
    this.answerBody = body;
    this.answerBodyBytes = bodyBytes;
    if (this.owner.isTurnOf(this)) this.writeWhole(body);
  }

  start(status: number, headers: Headers): void {
    this.begin('streaming', status, headers);
    this.isStream = true;
    if (this.owner.isTurnOf(this)) this.writeStreamHead();
  }

  write(chunk: Uint8Array | string): boolean {
    if (this.phase !== 'streaming') throw new Error('a stream was written to before its start, or after its end');
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    if (bytes.byteLength > 0 && !this.isCancelled && hasBody(this.status, this.head)) this.writeChunk(bytes);
    return !this.mustWait;
  }

  drained(): Promise<void> {
    if (!this.mustWait || this.isCancelled) return Promise.resolve();
    return new Promise((resolve) => {
      if (this.owner.isTurnOf(this)) this.owner.whenDrained(resolve);
      else this.onTurn = resolve;
    });
  }

  end(trailers: Headers = []): void {
    if (this.phase !== 'streaming') throw new Error('a stream was ended before its start, or twice');
    assertSendable(trailers);
    this.phase = 'ended';
    if (this.isCancelled) return;
    if (this.isChunked) this.put(`0\r\n${fieldsText(trailers)}\r\n`);
    if (this.owner.isTurnOf(this)) this.owner.answered(this);
  }

  /** The whole request has arrived. */
  get isComplete(): boolean {
    return this.incoming === null || this.incoming.isComplete;
  }

  get isAnswered(): boolean {
    return this.phase === 'ended';
  }

  /** The client may still send more than is worth reading: the connection cannot carry another request. */
  get mustClose(): boolean {
    const { incoming, head } = this;
    if (incoming === null) return false;
    if (incoming.isBroken) return true;
    if (incoming.isComplete) return false;
    return this.awaitsContinue || head.contentLength === null || head.contentLength > discardedBytesMax;
  }

  /** Those before it are answered: what it has, and will have, may leave. */
  takeTurn(): void {
    if (this.owesContinue) this.payContinue();
    if (this.answerBody !== null) {
      this.writeWhole(this.answerBody);
      return;
    }
    if (this.phase === 'unanswered') return;
    this.writeStreamHead();
    for (const part of this.held ?? []) this.put(part);
    this.held = null;
    this.heldBytes = 0;
    if (this.phase === 'ended') this.owner.answered(this);
    else if (this.onTurn !== null) this.owner.whenDrained(this.onTurn);
    this.onTurn = null;
  }

  /** The client is gone before it had its whole answer. */
  cancel(): void {
    if (this.isCancelled) return;
    this.isCancelled = true;
    this.incoming?.breakOff(goneAway());
    this.held = null;
    this.onTurn?.();
    this.cancelListener?.();
  }

  private begin(phase: Phase, status: number, headers: Headers): void {
    if (this.phase !== 'unanswered') throw new Error('a call was answered twice');
    assertSendable(headers);
    this.phase = phase;
    this.status = status;
    this.answerHeaders = headers;
  }

  private writeWhole(body: Uint8Array | string): void {
    const { owner, status } = this;
    if (this.isCancelled) return;
    // Where every character is one byte, text needs no encoding.
    const length = this.answerBodyBytes ?? Buffer.byteLength(body);
    const end = owner.headEndOf(this);
    const head = headText(status, this.answerHeaders) + (hasLength(status) ? end.after(length) : end.text);
    const { outbox } = owner;
    if (length === 0 || !hasBody(status, this.head)) {
      outbox.addText(head);
    } else if (typeof body !== 'string') {
      outbox.addText(head);
      outbox.addBytes(body);
    } else if (length === body.length) {
      outbox.addText(head + body);
    } else {
      outbox.addText(head);
      outbox.addBytes(Buffer.from(body));
    }
    this.answerBody = null;
    owner.sendSoon();
    owner.answered(this);
  }

  private writeStreamHead(): void {
    const { owner, status } = this;
    if (this.isCancelled) return;
    const encoding = this.head.minorVersion === 1 && hasLength(status) ? 'Transfer-Encoding: chunked\r\n' : '';
    owner.outbox.addText(headText(status, this.answerHeaders) + encoding + owner.headEndOf(this).text);
    owner.sendSoon();
  }

  /** A stream of HTTP/1.0 ends with its connection. */
  get endsWithConnection(): boolean {
    return this.isStream && this.head.minorVersion === 0;
  }

  private get isChunked(): boolean {
    return this.head.minorVersion === 1 && hasBody(this.status, this.head);
  }

  private writeChunk(bytes: Uint8Array): void {
    if (!this.isChunked) {
      this.put(bytes);
      return;
    }
    this.put(`${bytes.byteLength.toString(16)}\r\n`);
    this.put(bytes);
    this.put('\r\n');
  }

  private put(part: Part): void {
    const { owner } = this;
    if (!owner.isTurnOf(this)) {
      (this.held ??= []).push(part);
      this.heldBytes += part.length;
      return;
    }
    if (typeof part === 'string') owner.outbox.addText(part);
    else owner.outbox.addBytes(part);
    owner.sendSoon();
  }

  private get mustWait(): boolean {
    return this.owner.isTurnOf(this) ? this.owner.isBehind : this.heldBytes >= heldBytesMax;
  }

  private payContinue(): void {
    this.owesContinue = false;
    this.owner.outbox.addText('HTTP/1.1 100 Continue\r\n\r\n');
    this.owner.sendSoon();
  }
}

/** Such answers say nothing of a body (RFC 9110, section 8.6). */
function hasLength(status: number): boolean {
  return status !== 204 && status !== 304;
}

function hasBody(status: number, head: RequestHead): boolean {
  return !head.isForHead && hasLength(status);
}

function goneAway(): ClusterError {
  return new ClusterError('CANCELLED', 'the client went away before its request was complete');
}
