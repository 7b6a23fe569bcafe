import { PassThrough } from 'node:stream';
import type { Readable } from 'node:stream';
import { heartbeatMs } from '@cluster-ai/contract/api/events.ts';
import type { EventName } from '@cluster-ai/contract/api/events.ts';
import { eventText, heartbeatText, retryText } from './event-text.ts';

/** What may wait for a client that does not read, bytes; beyond, it is cut. */
const bufferBytesMax = 4_194_304;

export interface EventStreamOptions {
  /** Changes up to this audit entry are known to the client. */
  readonly sentId: number;
  readonly onEnd: (why: string) => void;
}

/** One client's stream: what was sent to it, and what waits for it. */
export class EventStream {
  private readonly pipe = new PassThrough();
  private readonly onEnd: (why: string) => void;
  private readonly heartbeat: NodeJS.Timeout;
  private readonly lastJson = new Map<EventName, string>();
  private sentOverviewAtMs = Number.NEGATIVE_INFINITY;
  private ended = false;
  sentId: number;

  constructor({ sentId, onEnd }: EventStreamOptions) {
    this.sentId = sentId;
    this.onEnd = onEnd;
    this.heartbeat = setInterval(() => this.write(heartbeatText), heartbeatMs);
    // Whoever reads has gone away, or the connection broke.
    this.pipe.once('close', () => this.finish('the client went away'));
    this.pipe.on('error', () => this.finish('the connection broke'));
    this.write(retryText);
  }

  /** For the answer's body. */
  get body(): Readable {
    return this.pipe;
  }

  get isEnded(): boolean {
    return this.ended;
  }

  /** When an overview was last sent, on a clock that never jumps. */
  get overviewAtMs(): number {
    return this.sentOverviewAtMs;
  }

  /** Sends the present state of something, unless the client has it already. */
  sendState(event: 'overview' | 'snapshot', json: string): void {
    if (this.lastJson.get(event) === json) return;
    this.lastJson.set(event, json);
    if (event === 'overview') this.sentOverviewAtMs = performance.now();
    this.write(eventText(event, this.sentId, json));
  }

  sendChange(id: number, json: string): void {
    this.sentId = id;
    this.write(eventText('changed', id, json));
  }

  /** Ends it in order: what was written is still sent. */
  end(why: string): void {
    if (this.ended) return;
    this.pipe.end();
    this.finish(why);
  }

  private write(text: string): void {
    if (this.ended) return;
    this.pipe.write(text);
    if (this.pipe.writableLength + this.pipe.readableLength <= bufferBytesMax) return;
    this.finish('the client does not read');
    this.pipe.destroy();
  }

  private finish(why: string): void {
    if (this.ended) return;
    this.ended = true;
    clearInterval(this.heartbeat);
    this.onEnd(why);
  }
}
