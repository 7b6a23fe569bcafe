import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Headers } from '../edge.ts';
import { readInto, type ReadMemory } from '../read-into.ts';
import { ClosedStreams } from './closed-streams.ts';
import { FloodGuard } from './flood-guard.ts';
import { FrameReader, type FrameListener } from './frame-reader.ts';
import { FrameWriter } from './frame-writer.ts';
import { Http2CompressionError } from './hpack/compression-error.ts';
import { HeaderDecoder } from './hpack/header-decoder.ts';
import { Http2ConnectionError, Http2StreamError } from './http2-error.ts';
import { Http2Stream, type StreamConsumer, type StreamOwner } from './http2-stream.ts';
import { IncomingFrames, type FrameEvents } from './incoming-frames.ts';
import type { PeerSettings } from './peer-settings.ts';
import {
  defaultFrameBytesMax,
  defaultWindowBytes,
  settingIds,
  streamIdMax,
  windowBytesMax,
  type ErrorName,
} from './protocol.ts';
import { ReceiveWindow } from './receive-window.ts';
import { judgeHeaders, readRequestHead, type RequestHead } from './request-head.ts';
import { StreamTable } from './stream-table.ts';

/** A socket of `node:net` or `node:tls`, or what a test has in place of one. */
type ClientSocket = Duplex & Partial<Pick<Socket, 'remoteAddress' | 'localAddress'>>;

export interface Http2ConnectionOptions {
  /** Requests at once. */
  readonly streamsMax: number;
  /** What a header may have; those who answer hear of somewhat larger ones, to refuse them in their own words. */
  readonly headerBytesMax: number;
  /** The preface, and a header that has begun, must have arrived within this time. */
  readonly requestTimeoutMs: number;
  /** A client must take something of its answers within this time. */
  readonly answerTimeoutMs: number;
  readonly idleTimeoutMs: number;
  /** Begins to answer a request whose header is right. */
  readonly onRequest: (stream: Http2Stream) => StreamConsumer;
  /** The socket is closed. */
  readonly onClosed: () => void;
  /** Hears of what nobody foresaw. It has ended this connection. */
  readonly onDefect: (error: unknown) => void;
  /** Where what arrives is read into, together with other connections; only for a socket of `node:net` that nobody has read. */
  readonly memory?: ReadMemory;
}

/** What a client may send on one stream, and on all together, before somebody takes it. */
const streamWindowBytes = 256 * 1_024;
const connectionWindowBytes = 1_024 * 1_024;

const headerTableBytes = 4_096;

/** While the kernel takes nothing and so much waits for it, nothing more is read of this client. */
const unsentBytesMax = 1_024 * 1_024;

/** While so much of its answers waits for a client to open its windows, its new requests are refused. */
const heldBytesMax = 64 * 1_024 * 1_024;

/** Frames that an honest client may need for an answer besides those of its windows, and for DATA of so many bytes. */
const earnedByAnswering = 4;
const earnedBySending = 3;
const dribbledBytes = 1_024;

/** A client that was told to go elsewhere, or that something is wrong, has this long to read it. */
const farewellMs = 1_000;

/** Sent with the first GOAWAY of a drain; its answer says that all requests that were on the way are here. */
const drainMark = Buffer.from('draining', 'latin1');

const noTrailers: Headers = [];

type Phase = 'open' | 'draining' | 'drained' | 'closed';

/**
 * A client's connection of HTTP/2 (RFC 9113), from its preface to its GOAWAY. It knows frames, streams and windows; what
 * requests mean is the matter of those who answer them.
 */
export class Http2Connection implements StreamOwner, FrameEvents {
  readonly writer: FrameWriter;
  readonly remoteAddress: string;
  readonly localAddress: string;
  sendWindow = defaultWindowBytes;
  heldBytes = 0;
  private readonly socket: ClientSocket;
  private readonly options: Http2ConnectionOptions;
  private readonly reader: FrameReader;
  private readonly frames: IncomingFrames;
  private readonly decoder: HeaderDecoder;
  private readonly guard: FloodGuard;
  private readonly streams = new StreamTable<Http2Stream>();
  private readonly closedStreams = new ClosedStreams();
  /** Streams with bytes that may not leave yet, in the order in which they get their turn. */
  private readonly held = new Set<Http2Stream>();
  private readonly receiveWindow = new ReceiveWindow(connectionWindowBytes);
  private initialSendWindow = defaultWindowBytes;
  private phase: Phase = 'open';
  private readonly beganAtMs = performance.now();
  private idleSinceMs = performance.now();
  /** Requests whose consumers are not done, also those whose stream was reset. */
  private running = 0;
  private stuckSinceMs: number | null = null;
  private stuckProgress = 0;
  private farewellAtMs: number | null = null;

  constructor(accepted: ClientSocket, options: Http2ConnectionOptions) {
    const socket = this.listenTo(accepted, options.memory);
    this.socket = socket;
    this.options = options;
    this.remoteAddress = socket.remoteAddress ?? '';
    this.localAddress = socket.localAddress ?? '';
    this.writer = new FrameWriter(socket, () => this.written());
    // As it is counted there, each header has 32 bytes more than its text.
    const blockBytesMax = 2 * options.headerBytesMax + 16_384;
    this.decoder = new HeaderDecoder(headerTableBytes, blockBytesMax);
    this.guard = new FloodGuard(options.streamsMax, () => performance.now());
    this.frames = new IncomingFrames(this, this.guard, blockBytesMax);
    this.reader = new FrameReader(defaultFrameBytesMax, this.take);
    // What went wrong with a connection that its client has left is nobody's concern.
    socket.on('error', () => socket.destroy());
    socket.once('close', () => {
      this.lose();
      options.onClosed();
    });
    this.greet(blockBytesMax);
  }

  get openStreams(): number {
    return this.streams.size;
  }

  /** Tells the client to call elsewhere; what it has called is answered. Then the connection closes. */
  drain(): void {
    if (this.phase !== 'open') return;
    this.phase = 'draining';
    for (const stream of this.streams.all()) stream.consumer?.onDraining();
    if (!this.reader.hasPreface) {
      this.socket.destroy();
      return;
    }
    this.writer.goAway(streamIdMax, 'NO_ERROR', '');
    this.writer.ping(drainMark, false);
    this.farewellAtMs = performance.now() + farewellMs;
  }

  destroy(): void {
    this.socket.destroy();
  }

  /** Called now and then: ends what takes too long. */
  sweep(nowMs: number): void {
    const { requestTimeoutMs, answerTimeoutMs, idleTimeoutMs } = this.options;
    const isLate =
      (!this.frames.hasSettings && nowMs - this.beganAtMs >= requestTimeoutMs) ||
      this.frames.blockMs(nowMs) >= requestTimeoutMs ||
      this.stuckMs(nowMs) >= answerTimeoutMs;
    if (isLate) {
      this.socket.destroy();
      return;
    }
    for (const stream of this.held) {
      if (stream.heldMs(nowMs) < answerTimeoutMs) continue;
      this.socket.destroy();
      return;
    }
    for (const stream of this.streams.all()) stream.consumer?.onSweep(nowMs);
    if (this.farewellAtMs !== null && nowMs >= this.farewellAtMs) {
      if (this.phase === 'draining') this.finishDrain();
      else if (this.phase === 'closed') this.socket.destroy();
    }
    if (this.phase === 'open' && this.streams.size === 0 && nowMs - this.idleSinceMs >= idleTimeoutMs) {
      this.fail(new Http2ConnectionError('NO_ERROR', 'idle'));
    }
  }

  // What a stream asks of its connection.

  hold(stream: Http2Stream): void {
    this.held.add(stream);
  }

  forget(stream: Http2Stream, wasReset: boolean): void {
    this.streams.delete(stream.id);
    if (stream.isHeld || this.held.size > 0) this.held.delete(stream);
    if (wasReset) this.closedStreams.addReset(stream.id);
    if (this.streams.size > 0) return;
    this.idleSinceMs = performance.now();
    if (this.phase === 'drained') this.finish();
  }

  giveBack(bytes: number): void {
    const told = this.receiveWindow.giveBack(bytes);
    if (told > 0) this.writer.windowUpdate(0, told);
  }

  sent(bytes: number): void {
    // A client opens both windows again for what it took; one that opens them by a few bytes at a time earns nothing.
    if (bytes >= dribbledBytes) this.guard.earn(earnedBySending);
  }

  handled(): void {
    this.running -= 1;
    this.guard.earn(earnedByAnswering);
  }

  // What comes in.

  private greet(blockBytesMax: number): void {
    this.writer.settings([
      [settingIds.maxConcurrentStreams, this.options.streamsMax],
      [settingIds.initialWindowSize, streamWindowBytes],
      [settingIds.maxHeaderListSize, blockBytesMax],
    ]);
    this.writer.windowUpdate(0, connectionWindowBytes - defaultWindowBytes);
  }

  /** @returns the socket to go on with. */
  private listenTo(socket: ClientSocket, memory: ReadMemory | undefined): ClientSocket {
    const read = (chunk: Buffer): void => this.read(chunk);
    if (memory !== undefined && socket instanceof Socket) return readInto(socket, memory, read);
    socket.on('data', read);
    return socket;
  }

  private read(chunk: Buffer): void {
    if (this.phase === 'closed') return;
    try {
      this.reader.read(chunk);
    } catch (thrown) {
      const error = connectionErrorOf(thrown);
      if (error.code === 'INTERNAL_ERROR') this.options.onDefect(thrown);
      this.fail(error);
    }
    if (this.writer.heldBytes > unsentBytesMax) this.socket.pause();
  }

  private readonly take: FrameListener = (type, flagBits, streamId, payload) => {
    try {
      this.frames.take(type, flagBits, streamId, payload);
    } catch (thrown) {
      if (!(thrown instanceof Http2StreamError)) throw thrown;
      this.guard.spend();
      this.refuse(thrown.streamId, thrown.code);
    }
  };

  onData(streamId: number, payload: Buffer, counted: number, endStream: boolean): void {
    this.assertUsed(streamId, 'DATA');
    if (!this.receiveWindow.take(counted)) {
      throw new Http2ConnectionError('FLOW_CONTROL_ERROR', 'the client has sent more than its window');
    }
    const stream = this.streams.get(streamId);
    if (stream === undefined || stream.remoteEnded) {
      this.giveBack(counted);
      if (this.closedStreams.isReset(streamId)) return;
      throw new Http2StreamError('STREAM_CLOSED', streamId, 'DATA after the end of the stream');
    }
    if (payload.length > 0) this.guard.earn(1);
    const wrong = stream.receive(payload, counted);
    if (wrong !== null) throw new Http2StreamError(wrong, streamId, 'DATA is not what was announced');
    if (endStream && !stream.closed) this.endRequest(stream, noTrailers);
  }

  /** Every block is read, also those that nobody wants: the table of headers must stay that of the client. */
  onHeaders(streamId: number, block: Buffer, endStream: boolean): void {
    const headers = this.decoder.decode(block);
    const stream = this.streams.get(streamId);
    if (stream !== undefined) {
      this.takeTrailers(stream, headers, endStream);
      return;
    }
    // The first part of its block may have been refused, or a frame on it that came before.
    const isReset = this.closedStreams.isReset(streamId);
    if (this.closedStreams.isIdle(streamId)) {
      this.closedStreams.open(streamId);
      if (!isReset) {
        this.open(streamId, headers, endStream);
        return;
      }
    }
    this.guard.spend();
    if (isReset) return;
    throw this.closedStreams.wasSkipped(streamId)
      ? new Http2ConnectionError('PROTOCOL_ERROR', `stream ${streamId} is older than those that were opened`)
      : new Http2ConnectionError('STREAM_CLOSED', `HEADERS after the end of stream ${streamId}`);
  }

  onReset(streamId: number): void {
    this.assertUsed(streamId, 'RST_STREAM');
    this.streams.get(streamId)?.abort();
  }

  onSettings({ initialWindowBytes, frameBytesMax, changesTable }: PeerSettings): void {
    if (changesTable) this.writer.noteTableSize();
    if (frameBytesMax !== null) this.writer.frameBytesMax = frameBytesMax;
    if (initialWindowBytes !== null) this.changeWindows(initialWindowBytes);
    this.writer.settingsAck();
    this.sendHeld();
  }

  onPing(payload: Buffer, isAck: boolean): void {
    if (!isAck) this.writer.ping(payload, true);
    else if (this.phase === 'draining' && drainMark.equals(payload)) this.finishDrain();
  }

  onWindowUpdate(streamId: number, bytes: number): void {
    if (streamId === 0) {
      this.sendWindow += bytes;
      if (this.sendWindow > windowBytesMax) {
        throw new Http2ConnectionError('FLOW_CONTROL_ERROR', 'the window of the connection is above 2^31-1');
      }
    } else {
      this.assertUsed(streamId, 'WINDOW_UPDATE');
      const stream = this.streams.get(streamId);
      if (stream === undefined) return;
      stream.sendWindow += bytes;
      if (stream.sendWindow > windowBytesMax) {
        throw new Http2StreamError('FLOW_CONTROL_ERROR', streamId, 'the window of the stream is above 2^31-1');
      }
    }
    this.sendHeld();
  }

  private takeTrailers(stream: Http2Stream, headers: Headers | null, endStream: boolean): void {
    const { id } = stream;
    if (stream.remoteEnded) throw new Http2StreamError('STREAM_CLOSED', id, 'HEADERS after the end of the stream');
    if (!endStream) throw new Http2StreamError('PROTOCOL_ERROR', id, 'trailers do not end the stream');
    if (headers === null) throw new Http2StreamError('ENHANCE_YOUR_CALM', id, 'the trailers are too large');
    const trouble = judgeHeaders(headers);
    if (trouble !== null) throw new Http2StreamError('PROTOCOL_ERROR', id, trouble);
    this.endRequest(stream, headers);
  }

  private endRequest(stream: Http2Stream, trailers: Headers): void {
    const wrong = stream.receiveEnd(trailers);
    if (wrong !== null) throw new Http2StreamError(wrong, stream.id, 'the body is shorter than was announced');
  }

  private open(streamId: number, headers: Headers | null, endStream: boolean): void {
    if (headers === null) throw new Http2StreamError('ENHANCE_YOUR_CALM', streamId, 'the header is too large');
    const head = headOf(headers);
    if (typeof head === 'string') throw new Http2StreamError('PROTOCOL_ERROR', streamId, head);
    const { streamsMax, onRequest } = this.options;
    const isFull = this.streams.size >= streamsMax || this.running >= 2 * streamsMax;
    if (this.phase === 'drained' || isFull || this.heldBytes >= heldBytesMax) {
      throw new Http2StreamError('REFUSED_STREAM', streamId, 'too many requests at once');
    }
    const stream = new Http2Stream(streamId, head, this, this.initialSendWindow, new ReceiveWindow(streamWindowBytes));
    this.streams.add(stream);
    this.running += 1;
    stream.consumer = onRequest(stream);
    if (endStream && !stream.closed) this.endRequest(stream, noTrailers);
  }

  /** Section 6.9.2: the windows of streams that are open change by the difference. */
  private changeWindows(initial: number): void {
    const difference = initial - this.initialSendWindow;
    this.initialSendWindow = initial;
    for (const stream of this.streams.all()) {
      stream.sendWindow += difference;
      if (stream.sendWindow > windowBytesMax) {
        throw new Http2ConnectionError('FLOW_CONTROL_ERROR', 'the window of a stream is above 2^31-1');
      }
    }
  }

  private assertUsed(streamId: number, frame: string): void {
    if (streamId % 2 === 1 && !this.closedStreams.isIdle(streamId)) return;
    throw new Http2ConnectionError('PROTOCOL_ERROR', `${frame} is on a stream that is not open`);
  }

  // What goes out, and the end.

  /** Sends what may leave now: a frame of each stream in turn, until windows or socket are full. */
  private sendHeld(): void {
    let goesOn = this.held.size > 0;
    while (goesOn) {
      goesOn = false;
      for (const stream of this.held) {
        if (stream.sendHeld()) goesOn = true;
        if (stream.isHeld) continue;
        this.held.delete(stream);
        stream.consumer?.onDrained();
      }
      goesOn &&= this.writer.hasRoom;
    }
  }

  private written(): void {
    if (this.held.size > 0) this.sendHeld();
    if (this.socket.isPaused() && this.writer.heldBytes <= unsentBytesMax) this.socket.resume();
  }

  /** How long the kernel has not taken anything of what waits for it. */
  private stuckMs(nowMs: number): number {
    if (this.socket.writableLength === 0) {
      this.stuckSinceMs = null;
      return 0;
    }
    const { progress } = this.writer;
    if (this.stuckSinceMs === null || progress !== this.stuckProgress) this.stuckSinceMs = nowMs;
    this.stuckProgress = progress;
    return nowMs - this.stuckSinceMs;
  }

  private refuse(streamId: number, code: ErrorName): void {
    const stream = this.streams.get(streamId);
    this.writer.rstStream(streamId, code);
    // Of a stream that is not open, too: whatever else is on its way means nothing.
    this.closedStreams.addReset(streamId);
    stream?.abort();
  }

  private finishDrain(): void {
    this.phase = 'drained';
    this.writer.goAway(this.closedStreams.lastId, 'NO_ERROR', '');
    if (this.streams.size === 0) this.finish();
  }

  private finish(): void {
    this.phase = 'closed';
    this.farewellAtMs = performance.now() + farewellMs;
    this.writer.flush();
    this.socket.end();
  }

  /** Ends the connection and all that is on it. */
  private fail({ code, message }: Http2ConnectionError): void {
    this.writer.goAway(this.closedStreams.lastId, code, message);
    this.finish();
    this.lose();
  }

  /** The connection is gone, or soon will be. */
  private lose(): void {
    this.phase = 'closed';
    for (const stream of this.streams.all()) stream.abort();
  }
}

/** Of header lists that come again: the decoder gives the same one for equal blocks. */
const heads = new WeakMap<Headers, RequestHead | string>();

function headOf(headers: Headers): RequestHead | string {
  const known = heads.get(headers);
  if (known !== undefined) return known;
  const head = readRequestHead(headers);
  heads.set(headers, head);
  return head;
}

function connectionErrorOf(thrown: unknown): Http2ConnectionError {
  if (thrown instanceof Http2ConnectionError) return thrown;
  if (thrown instanceof Http2CompressionError) return new Http2ConnectionError('COMPRESSION_ERROR', thrown.message);
  return new Http2ConnectionError('INTERNAL_ERROR', 'internal error');
}
