import type { Socket } from 'node:net';
import { giveBack } from '../../process/give-back.ts';
import { bodyError, headerTooLarge, lastWords, notHttp, tooLate, type Verdict } from '../broken-request.ts';
import type { CallHandler, EdgeOptions } from '../edge.ts';
import { ChunkedFraming } from './chunked-framing.ts';
import { Exchange, type ExchangeOwner } from './exchange.ts';
import type { HeadCache } from './head-cache.ts';
import { IncomingBody } from './incoming-body.ts';
import { Outbox } from './outbox.ts';
import { checkPart } from './read-head.ts';
import { RecentHeads } from './recent-heads.ts';
import { RequestHead } from './request-head.ts';
import type { HeadEnd, HeadEnds } from './response-head.ts';
import type { TurnEnd, TurnMember } from './turn-end.ts';

/** What all connections of a listener share. */
export interface ConnectionShare {
  readonly options: EdgeOptions;
  readonly handler: CallHandler;
  readonly heads: HeadCache;
  readonly headEnds: HeadEnds;
  readonly turnEnd: TurnEnd;
}

/** Requests of one connection that are taken before the first of them is answered. */
const pipelinedMax = 32;

/** The writer of a stream waits while so much of it has not left. */
const unsentBytesMax = 65_536;

/** How long a client may go on sending after its last answer before its connection is closed under it. */
const lingerMs = 1_000;

/** What is left of a smaller body is copied to the rest of it, bytes. */
const roomBytesMin = 65_536;

const headEnd = Buffer.from('\r\n\r\n', 'latin1');
const headEndBytes = headEnd.length;
const headMethod = 'HEAD ';
const noBytes = new Uint8Array(0);
const noRequest = Buffer.alloc(0);
const carriageReturn = 13;
const lineFeed = 10;

/**
 * A client's connection of HTTP/1.1 (RFC 9112): which requests it has brought, in which order they are answered, and how
 * it ends. Requests are read and answered side by side; their answers leave in the order of the requests.
 */
export class Http1Connection implements ExchangeOwner, TurnMember {
  readonly options: EdgeOptions;
  readonly remoteAddress: string;
  readonly localAddress: string;
  readonly outbox = new Outbox();
  private socket: Socket;
  private readonly share: ConnectionShare;
  /** Oldest exchange whose answer has not left, and so on to the newest. */
  private first: Exchange | null = null;
  private newest: Exchange | null = null;
  /** The one that is answered now. */
  private writing: Exchange | null = null;
  private openCount = 0;

  /** What was read and is no whole head, or waits until others are answered. */
  private rest: Buffer | null = null;
  /** What is being read is overwritten by what comes next. */
  private isBorrowed = false;
  /** How far lines of a part of a head were found right. */
  private checkedTo = 0;
  private readonly recentHeads = new RecentHeads();
  private incoming: IncomingBody | null = null;
  private contentLeft = 0;
  private chunks: ChunkedFraming | null = null;
  /** Nothing that still comes is a request. */
  private takesNoMore = false;
  private isPaused = false;
  /** True when nothing but empty lines has come: the first request takes its time. False since there was one. */
  private onlyEmptyLines: boolean | null = null;

  private willEndTurn = false;
  private readonly waitingWriters: (() => void)[] = [];
  /** What the client is told behind the last answer. */
  private verdict: Verdict | null = null;
  private refusesHead = false;
  private lastExchange: Exchange | null = null;
  private endsAfterTurn = false;
  private isClosing = false;
  private closesWhenIdle = false;

  private receivingSinceMs: number | null = null;
  private idleSinceMs: number | null = null;
  private endedAtMs: number | null = null;
  private stuckSinceMs: number | null = null;
  private stuckUntilByte = 0;

  constructor(socket: Socket, share: ConnectionShare) {
    this.socket = socket;
    this.share = share;
    this.options = share.options;
    this.remoteAddress = socket.remoteAddress ?? '';
    this.localAddress = socket.localAddress ?? '';
  }

  // What comes in.

  /** The connection goes on over another socket. */
  moveTo(socket: Socket): void {
    this.socket = socket;
  }

  /** Takes what the client sent, in memory of its own. */
  read(chunk: Buffer): void {
    const { rest } = this;
    this.rest = null;
    this.process(rest === null ? chunk : Buffer.concat([rest, chunk]));
  }

  /** Takes what the client sent, in memory that is good until this returns. */
  readBorrowed(chunk: Buffer): void {
    this.isBorrowed = this.rest === null;
    this.read(chunk);
    this.isBorrowed = false;
  }

  /** Where the rest of a large body may be read into, to be given to `readBorrowed`; null when something else may come. */
  get room(): Buffer | null {
    const { incoming, contentLeft } = this;
    return incoming === null || contentLeft < roomBytesMin ? null : incoming.room(contentLeft);
  }

  /** The client sends nothing more. It counts as gone when it has not been answered. */
  readEnd(): void {
    if (this.endedAtMs !== null) return;
    this.takesNoMore = true;
    for (let exchange = this.writing; exchange !== null; exchange = exchange.next) exchange.cancel();
    this.writing = null;
    this.endTurn();
    this.socket.destroySoon();
  }

  private process(bytes: Buffer): void {
    let at = this.readBodyAlone(bytes);
    while (at < bytes.length) {
      if (this.incoming !== null) at = this.readBody(this.incoming, bytes, at);
      else if (this.takesNoMore) at = bytes.length;
      else if (this.openCount >= pipelinedMax) break;
      else {
        const next = this.readRequest(bytes, at);
        if (next === null) break;
        at = next;
      }
    }
    // They may have been given back, and are no bytes any more.
    const isWhole = at >= bytes.length;
    this.rest = isWhole || this.takesNoMore ? null : this.own(bytes, at, bytes.length);
    const isBetween = this.rest === null ? this.onlyEmptyLines !== true : this.openCount >= pipelinedMax;
    if (this.incoming === null && isBetween) this.receivingSinceMs = null;
    else this.receivingSinceMs ??= performance.now();
    if (this.incoming?.isFull === true || (this.rest !== null && this.openCount >= pipelinedMax)) this.pause();
  }

  /** @returns where the bytes go on behind it, or null when its head is not whole. */
  private readRequest(bytes: Buffer, from: number): number | null {
    let at = from;
    // Section 2.2: empty lines before a request are skipped.
    while (bytes[at] === carriageReturn && bytes[at + 1] === lineFeed) at += 2;
    if (at >= bytes.length) {
      this.onlyEmptyLines ??= true;
      return at;
    }
    const known = this.recentHeads.find(bytes, at);
    if (known !== null) return this.begin(known, bytes, at + (known.raw?.length ?? 0));
    const end = bytes.indexOf(headEnd, at);
    if (end === -1) return this.judgePart(bytes, at);
    const next = end + headEndBytes;
    if (next - at > this.options.headerBytesMax) return this.refuse(headerTooLarge, bytes, at);
    const head = this.share.heads.read(bytes.toString('latin1', at, next));
    if (!(head instanceof RequestHead)) return this.refuse(head, bytes, at);
    if (head.raw !== null) this.recentHeads.add(head);
    this.checkedTo = 0;
    return this.begin(head, bytes, next);
  }

  private judgePart(bytes: Buffer, at: number): null {
    // The LF may still come.
    if (bytes.length === at + 1 && bytes[at] === carriageReturn) return null;
    if (bytes.length - at > this.options.headerBytesMax) return this.refuse(headerTooLarge, bytes, at);
    const checkedTo = checkPart(bytes.toString('latin1', at), this.checkedTo);
    if (checkedTo === null) return this.refuse(notHttp, bytes, at);
    this.checkedTo = checkedTo;
    return null;
  }

  /** Bytes that are nothing but a part of a body are not needed any more once they are copied. @returns how many it took. */
  private readBodyAlone(bytes: Buffer): number {
    const { incoming } = this;
    if (incoming === null || this.chunks !== null || this.contentLeft < bytes.length) return 0;
    const { length } = bytes;
    this.readBody(incoming, bytes, 0);
    if (!this.isBorrowed) giveBack(bytes);
    return length;
  }

  private own(bytes: Buffer, start: number, end: number): Buffer {
    if (!this.isBorrowed) return bytes.subarray(start, end);
    const copy = Buffer.allocUnsafe(end - start);
    bytes.copy(copy, 0, start, end);
    return copy;
  }

  /** @returns where the bytes go on behind the request, as far as they are here. */
  private begin(head: RequestHead, bytes: Buffer, from: number): number {
    const { isChunked, hasBody } = head;
    const contentLength = head.contentLength ?? 0;
    let at = from;
    let whole: Uint8Array = noBytes;
    if (!isChunked && bytes.length - at >= contentLength) {
      if (hasBody) whole = this.own(bytes, at, at + contentLength);
      at += contentLength;
    } else {
      this.incoming = new IncomingBody(head.contentLength);
      this.contentLeft = contentLength;
      this.chunks = isChunked ? new ChunkedFraming(this.options.headerBytesMax, this.incoming.take) : null;
    }
    const { incoming } = this;
    const exchange = new Exchange(this, head, whole, incoming);
    this.append(exchange);
    if (incoming === null) {
      this.receivingSinceMs = null;
      if (!head.keepsAlive) this.takesNoMore = true;
    } else {
      at = this.readBody(incoming, bytes, at);
      exchange.awaitsContinue = head.expectsContinue && !incoming.isComplete;
    }
    this.share.handler(exchange, exchange).catch((error: unknown) => {
      this.options.onDefect(error);
      this.cut();
    });
    return at;
  }

  private append(exchange: Exchange): void {
    if (this.first === null) this.first = exchange;
    else if (this.newest !== null) this.newest.next = exchange;
    this.newest = exchange;
    this.writing ??= exchange;
    this.openCount += 1;
    this.idleSinceMs = null;
    this.onlyEmptyLines = false;
  }

  private readBody(incoming: IncomingBody, bytes: Buffer, at: number): number {
    const { chunks } = this;
    if (chunks !== null) {
      const next = chunks.take(bytes, at);
      if (typeof next !== 'number') return this.breakBody(next, bytes.length);
      if (chunks.isDone) this.endBody(incoming);
      return next;
    }
    const end = Math.min(bytes.length, at + this.contentLeft);
    this.contentLeft -= end - at;
    if (end > at) incoming.take(bytes.subarray(at, end));
    if (this.contentLeft === 0) this.endBody(incoming);
    return end;
  }

  private endBody(incoming: IncomingBody): void {
    this.incoming = null;
    this.chunks = null;
    this.receivingSinceMs = null;
    if (this.newest?.head.keepsAlive !== true) this.takesNoMore = true;
    incoming.finish();
  }

  /** The body that is being read is none, or comes too slowly. @returns `at`: nothing is read any more. */
  private breakBody(verdict: Verdict, at: number): number {
    const { incoming, newest } = this;
    this.incoming = null;
    this.chunks = null;
    this.takesNoMore = true;
    this.receivingSinceMs = null;
    if (newest !== null && !newest.isAnswered) incoming?.breakOff(bodyError(verdict));
    // It has its answer, and no other request can follow.
    else this.endSoon();
    return at;
  }

  /** The client is told, when those before are answered. @param bytes hold at `at` what is refused. */
  private refuse(verdict: Verdict, bytes: Buffer, at: number): null {
    this.refusesHead = bytes.toString('latin1', at, at + headMethod.length) === headMethod;
    this.takesNoMore = true;
    this.receivingSinceMs = null;
    this.verdict = verdict;
    if (this.writing === null) this.sayLastWords(verdict);
    return null;
  }

  /** Requests have arrived and wait until fewer are open. */
  private get hasMore(): boolean {
    return this.isPaused && this.rest !== null;
  }

  private pause(): void {
    if (this.isPaused) return;
    this.isPaused = true;
    this.socket.pause();
  }

  /** Reads on when nothing stands against it any more. */
  private goOn(): void {
    if (!this.isPaused || this.incoming?.isFull === true) return;
    if (this.incoming === null && this.openCount >= pipelinedMax) return;
    this.isPaused = false;
    const { rest } = this;
    this.rest = null;
    if (rest !== null) this.process(rest);
    // Also what comes now may be too much.
    if (!this.isPaused) this.socket.resume();
  }

  // What exchanges ask for.

  isTurnOf(exchange: Exchange): boolean {
    return this.writing === exchange;
  }

  headEndOf(exchange: Exchange): HeadEnd {
    const { headEnds } = this.share;
    const isLast =
      exchange.mustClose ||
      !exchange.head.keepsAlive ||
      exchange.endsWithConnection ||
      (this.isClosing && this.newest === exchange && this.verdict === null && !this.hasMore);
    if (!isLast) return headEnds.keepAlive;
    this.lastExchange = exchange;
    this.takesNoMore = true;
    return headEnds.close;
  }

  sendSoon(): void {
    if (this.willEndTurn) return;
    this.willEndTurn = true;
    this.share.turnEnd.add(this);
  }

  answered(exchange: Exchange): void {
    exchange.endsAtByte = this.outbox.bytesIn;
    if (!exchange.isComplete) {
      exchange.incoming?.discard();
      this.goOn();
    }
    this.writing = exchange.next;
    if (this.lastExchange === exchange) this.endSoon();
    else if (this.writing !== null) this.writing.takeTurn();
    else if (this.verdict !== null) this.sayLastWords(this.verdict);
  }

  bodyWanted(): void {
    this.goOn();
  }

  get isBehind(): boolean {
    return this.outbox.size + this.socket.writableLength >= unsentBytesMax;
  }

  whenDrained(wake: () => void): void {
    if (this.isBehind) this.waitingWriters.push(wake);
    else wake();
  }

  // What goes out.

  /** Sends what the turn of the event loop has brought. */
  endTurn(): void {
    this.willEndTurn = false;
    if (this.socket.destroyed) return;
    this.outbox.writeTo(this.socket, this.onTaken);
    this.settle();
    if (this.endsAfterTurn && this.endedAtMs === null) {
      this.endedAtMs = performance.now();
      // What the client still sends is read and dropped: over unread bytes the kernel would reset the connection, and the
      // client might lose its answer.
      this.socket.end();
    }
    this.goOn();
  }

  private readonly onTaken = (): void => {
    // What is lost with its connection was not taken.
    if (this.socket.destroyed) return;
    this.settle();
    this.goOn();
  };

  /** Notes which answers have left. */
  private settle(): void {
    const leftByte = this.outbox.bytesIn - this.outbox.size - this.socket.writableLength;
    let { first } = this;
    while (first !== null && first.endsAtByte !== null && first.endsAtByte <= leftByte) {
      first = first.next;
      this.openCount -= 1;
    }
    this.first = first;
    if (first === null) this.newest = null;
    if (this.waitingWriters.length > 0 && !this.isBehind) this.wakeWriters();
    if (first === null && this.closesWhenIdle && !this.hasMore) this.socket.destroySoon();
  }

  private wakeWriters(): void {
    for (const wake of this.waitingWriters.splice(0)) wake();
  }

  private sayLastWords(verdict: Verdict): void {
    this.outbox.addBytes(Buffer.from(lastWords(verdict, this.refusesHead)));
    this.endSoon();
  }

  private endSoon(): void {
    this.takesNoMore = true;
    this.endsAfterTurn = true;
    this.sendSoon();
  }

  // How it ends.

  /** Requests whose answer has not left whole. */
  get unanswered(): number {
    return this.openCount;
  }

  /** The next answer is the last, and says so. An idle connection stays open for it. */
  endWithNextAnswer(): void {
    this.isClosing = true;
  }

  /** Ends the connection as soon as what has arrived is answered: at once when it is idle. */
  close(): void {
    this.isClosing = true;
    this.closesWhenIdle = true;
    this.settle();
  }

  cut(): void {
    this.socket.destroy();
  }

  /** The socket is closed. */
  lost(): void {
    for (let exchange = this.first; exchange !== null; exchange = exchange.next) exchange.cancel();
    this.wakeWriters();
    this.first = null;
    this.newest = null;
    this.writing = null;
    this.openCount = 0;
    this.rest = null;
    this.takesNoMore = true;
  }

  /** Called now and then: ends what takes too long. */
  sweep(nowMs: number): void {
    const { answerTimeoutMs, requestTimeoutMs, idleTimeoutMs } = this.options;
    if (this.stuckMs(nowMs) >= answerTimeoutMs) this.cut();
    else if (this.endedAtMs !== null) {
      if (nowMs - this.endedAtMs >= lingerMs && this.socket.writableLength === 0) this.cut();
    } else if (this.receivingSinceMs !== null) {
      if (nowMs - this.receivingSinceMs >= requestTimeoutMs) this.late();
    } else if (this.first === null) {
      this.idleSinceMs ??= nowMs;
      if (nowMs - this.idleSinceMs >= idleTimeoutMs) this.socket.destroySoon();
    }
  }

  private late(): void {
    if (this.incoming !== null) this.breakBody(tooLate, 0);
    else this.refuse(tooLate, this.rest ?? noRequest, 0);
  }

  /** How long the client has left an answer lying. Each answer has a time of its own. */
  private stuckMs(nowMs: number): number {
    const { bytesIn, size } = this.outbox;
    const unsent = size + this.socket.writableLength;
    if (unsent === 0) {
      this.stuckSinceMs = null;
      return 0;
    }
    if (this.stuckSinceMs === null || bytesIn - unsent >= this.stuckUntilByte) {
      this.stuckSinceMs = nowMs;
      this.stuckUntilByte = this.first?.endsAtByte ?? bytesIn;
    }
    return nowMs - this.stuckSinceMs;
  }
}
