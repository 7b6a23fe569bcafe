import type { FloodGuard } from './flood-guard.ts';
import { HeaderBlock } from './header-block.ts';
import { Http2ConnectionError, Http2StreamError } from './http2-error.ts';
import { readSettings, type PeerSettings } from './peer-settings.ts';
import { flags, frameTypes } from './protocol.ts';

/** What frames say, once their form is right. */
export interface FrameEvents {
  /** @param counted bytes that the windows are charged with: padding too. */
  onData(streamId: number, payload: Buffer, counted: number, endStream: boolean): void;
  /** A whole header block. */
  onHeaders(streamId: number, block: Buffer, endStream: boolean): void;
  onReset(streamId: number): void;
  onSettings(settings: PeerSettings): void;
  onPing(payload: Buffer, isAck: boolean): void;
  /** @param streamId 0 for the window of the connection. */
  onWindowUpdate(streamId: number, bytes: number): void;
}

/**
 * Judges the form of each frame (RFC 9113, section 6: length, padding, kind of stream, order), puts header blocks together,
 * and counts frames that bring nothing forward.
 */
export class IncomingFrames {
  private readonly events: FrameEvents;
  private readonly guard: FloodGuard;
  private readonly blockBytesMax: number;
  private block: HeaderBlock | null = null;
  private settled = false;

  /** @param blockBytesMax of the frames of one header block. */
  constructor(events: FrameEvents, guard: FloodGuard, blockBytesMax: number) {
    this.events = events;
    this.guard = guard;
    this.blockBytesMax = blockBytesMax;
  }

  /** The client's first SETTINGS are here. */
  get hasSettings(): boolean {
    return this.settled;
  }

  /** How long a header block has been incomplete. */
  blockMs(nowMs: number): number {
    return this.block === null ? 0 : nowMs - this.block.beganAtMs;
  }

  /** @throws Http2ConnectionError, Http2StreamError for what may not be, also those of the events. */
  take(type: number, flagBits: number, streamId: number, payload: Buffer): void {
    if (this.block !== null && (type !== frameTypes.continuation || streamId !== this.block.streamId)) {
      throw new Http2ConnectionError('PROTOCOL_ERROR', 'a header block is interrupted by another frame');
    }
    if (!this.settled && type !== frameTypes.settings) {
      throw new Http2ConnectionError('PROTOCOL_ERROR', 'the first frame is not SETTINGS');
    }
    switch (type) {
      case frameTypes.data:
        this.takeData(flagBits, streamId, payload);
        break;
      case frameTypes.headers:
        this.takeHeaders(flagBits, streamId, payload);
        break;
      case frameTypes.continuation:
        this.takeContinuation(flagBits, payload);
        break;
      default:
        this.guard.spend();
        this.takeControl(type, flagBits, streamId, payload);
    }
  }

  private takeControl(type: number, flagBits: number, streamId: number, payload: Buffer): void {
    switch (type) {
      case frameTypes.windowUpdate:
        assertLength(payload, 4, 'WINDOW_UPDATE');
        this.takeWindowUpdate(streamId, payload.readUInt32BE() & 0x7f_ff_ff_ff);
        break;
      case frameTypes.rstStream:
        assertLength(payload, 4, 'RST_STREAM');
        this.events.onReset(streamId);
        break;
      case frameTypes.settings:
        assertOnConnection(streamId, 'SETTINGS');
        this.takeSettings(flagBits, payload);
        break;
      case frameTypes.ping:
        assertOnConnection(streamId, 'PING');
        assertLength(payload, 8, 'PING');
        this.events.onPing(payload, (flagBits & flags.ack) !== 0);
        break;
      case frameTypes.priority:
        takePriority(streamId, payload);
        break;
      case frameTypes.goAway:
        assertOnConnection(streamId, 'GOAWAY');
        if (payload.length < 8) throw brokenLength('GOAWAY');
        break;
      case frameTypes.pushPromise:
        throw new Http2ConnectionError('PROTOCOL_ERROR', 'a client does not push');
      default:
      // Section 5.5: what is not known means nothing.
    }
  }

  private takeData(flagBits: number, streamId: number, payload: Buffer): void {
    const endStream = (flagBits & flags.endStream) !== 0;
    const data = (flagBits & flags.padded) === 0 ? payload : withoutPadding(payload);
    if (data.length === 0 && !endStream) this.guard.spend();
    this.events.onData(streamId, data, payload.length, endStream);
  }

  private takeHeaders(flagBits: number, streamId: number, payload: Buffer): void {
    if (streamId % 2 === 0) throw new Http2ConnectionError('PROTOCOL_ERROR', 'streams of clients have odd numbers');
    let part = (flagBits & flags.padded) === 0 ? payload : withoutPadding(payload);
    let dependsOnItself = false;
    if ((flagBits & flags.priority) !== 0) {
      if (part.length < 5) throw brokenLength('HEADERS');
      dependsOnItself = (part.readUInt32BE() & 0x7f_ff_ff_ff) === streamId;
      part = part.subarray(5);
    }
    const endStream = (flagBits & flags.endStream) !== 0;
    if ((flagBits & flags.endHeaders) === 0) {
      this.block = new HeaderBlock(streamId, endStream, this.blockBytesMax, performance.now());
      this.block.add(part);
    } else {
      this.events.onHeaders(streamId, part, endStream);
    }
    if (dependsOnItself) throw new Http2StreamError('PROTOCOL_ERROR', streamId, 'a stream depends on itself');
  }

  private takeContinuation(flagBits: number, part: Buffer): void {
    const { block } = this;
    if (block === null) throw new Http2ConnectionError('PROTOCOL_ERROR', 'CONTINUATION continues nothing');
    if (part.length === 0) this.guard.spend();
    block.add(part);
    if ((flagBits & flags.endHeaders) === 0) return;
    this.block = null;
    this.events.onHeaders(block.streamId, block.whole(), block.endStream);
  }

  private takeWindowUpdate(streamId: number, bytes: number): void {
    if (bytes > 0) {
      this.events.onWindowUpdate(streamId, bytes);
      return;
    }
    const why = 'a window is opened by nothing';
    throw streamId === 0
      ? new Http2ConnectionError('PROTOCOL_ERROR', why)
      : new Http2StreamError('PROTOCOL_ERROR', streamId, why);
  }

  private takeSettings(flagBits: number, payload: Buffer): void {
    if ((flagBits & flags.ack) !== 0) {
      if (payload.length > 0) throw brokenLength('SETTINGS');
      return;
    }
    const settings = readSettings(payload);
    this.settled = true;
    this.events.onSettings(settings);
  }
}

/** Section 5.3.2: priorities are not used any more, but their frames must be right. */
function takePriority(streamId: number, payload: Buffer): void {
  if (streamId === 0) throw new Http2ConnectionError('PROTOCOL_ERROR', 'PRIORITY is on no stream');
  if (payload.length !== 5) {
    throw new Http2StreamError('FRAME_SIZE_ERROR', streamId, 'a PRIORITY frame has a broken length');
  }
  if ((payload.readUInt32BE() & 0x7f_ff_ff_ff) === streamId) {
    throw new Http2StreamError('PROTOCOL_ERROR', streamId, 'a stream depends on itself');
  }
}

/** Section 6.1: the first octet tells how many of the last ones are padding. */
function withoutPadding(payload: Buffer): Buffer {
  if (payload.length === 0) throw brokenLength('padded');
  const end = payload.length - payload.readUInt8();
  if (end <= 0) throw new Http2ConnectionError('PROTOCOL_ERROR', 'a frame has more padding than bytes');
  return payload.subarray(1, end);
}

function assertOnConnection(streamId: number, frame: string): void {
  if (streamId !== 0) throw new Http2ConnectionError('PROTOCOL_ERROR', `${frame} is on a stream`);
}

function assertLength(payload: Buffer, length: number, frame: string): void {
  if (payload.length !== length) throw brokenLength(frame);
}

function brokenLength(frame: string): Http2ConnectionError {
  return new Http2ConnectionError('FRAME_SIZE_ERROR', `a ${frame} frame has a broken length`);
}
