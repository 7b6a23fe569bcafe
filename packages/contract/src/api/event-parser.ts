/** One event as it came over the wire. */
export interface RawEvent {
  readonly event: string;
  readonly data: string;
  /** The last id that the stream has given; empty before the first. */
  readonly id: string;
}

/** A stream that sends a longer line, or more lines to one event, is none of ours, characters. */
const eventLengthMax = 16_777_216;

/** Reads server-sent events from pieces of text, as the HTML standard describes them in section 9.2. */
export class EventParser {
  private rest = '';
  private event = '';
  private data: string[] = [];
  private length = 0;
  /** What to send as `Last-Event-ID` when connecting again. */
  lastId = '';
  /** Wait before connecting again that the server asked for, milliseconds; null when it did not. */
  retryMs: number | null = null;

  /** @throws RangeError when an event grows beyond every limit. */
  push(text: string): RawEvent[] {
    const lines = (this.rest + text).split(/\r\n|\n|\r(?!$)/);
    this.rest = lines.pop() ?? '';
    const events: RawEvent[] = [];
    for (const line of lines) {
      if (line === '') events.push(...this.dispatch());
      else this.take(line);
    }
    if (this.rest.length + this.length > eventLengthMax) throw new RangeError('an event is too long');
    return events;
  }

  private take(line: string): void {
    const colon = line.indexOf(':');
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') this.event = value;
    else if (field === 'data') {
      this.data.push(value);
      this.length += value.length;
    } else if (field === 'id' && !value.includes('\u0000')) this.lastId = value;
    else if (field === 'retry' && /^\d+$/.test(value)) this.retryMs = Number(value);
  }

  private dispatch(): RawEvent[] {
    const { event, data } = this;
    this.event = '';
    this.data = [];
    this.length = 0;
    return data.length === 0
      ? []
      : [{ event: event === '' ? 'message' : event, data: data.join('\n'), id: this.lastId }];
  }
}
