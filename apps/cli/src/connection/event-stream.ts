/** One event as it came over the wire. */
export interface WireEvent {
  /** `message` when the server names none. */
  readonly event: string;
  readonly data: string;
  readonly id: string | undefined;
}

/** Characters of one event at most: more is no event of ours. */
const eventLengthMax = 16 * 2 ** 20;

/**
 * Reads the events of a `text/event-stream` body; comments, which keep a connection alive, give none.
 * @throws Error for an event that does not end.
 */
export async function* readEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<WireEvent> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const bytes of body) {
    rest += decoder.decode(bytes, { stream: true });
    if (rest.length > eventLengthMax) throw new Error(`an event has more than ${eventLengthMax} characters`);
    const blocks = rest.split(/\r?\n\r?\n/);
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const event = readBlock(block);
      if (event !== null) yield event;
    }
  }
}

function readBlock(block: string): WireEvent | null {
  const data: string[] = [];
  let event = 'message';
  let id: string | undefined;
  for (const line of block.split(/\r?\n/)) {
    const [, field, value = ''] = /^([^:]+)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (field === 'data') data.push(value);
    else if (field === 'event') event = value;
    else if (field === 'id') id = value;
  }
  return data.length === 0 ? null : { event, data: data.join('\n'), id };
}
