import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Http2Session, IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';

/** Node tells here of each stream before anybody else hears of it. Nothing else hands out the sessions of grpc-js. */
const created = 'http2.server.stream.created';

/** The longest delay of a timer, milliseconds. */
const delayMaxMs = 2 ** 31 - 1;

const unitsMs = { H: 3_600_000, M: 60_000, S: 1_000 } as const;

/**
 * Mends the headers of calls before grpc-js reads them: of an `authorization` that was sent twice it would see the first one
 * alone, one with strange characters not at all, and a deadline in more than 24 days it would take for one that has passed.
 * @param port of the listener whose calls these are.
 * @param onStream is handed each call's stream right before grpc-js is.
 * @returns what ends it.
 */
export function mendHeaders(port: () => number, onStream: (stream: ServerHttp2Stream) => void): () => void {
  const known = new WeakSet<Http2Session>();
  const look = (message: unknown): void => {
    const session = sessionOf(message);
    if (session === undefined || known.has(session) || session.socket.localPort !== port()) return;
    known.add(session);
    const listener = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, _flags: number, raw: string[]): void => {
      mend(headers, raw);
      onStream(stream);
    };
    session.prependListener('stream', listener);
  };
  subscribe(created, look);
  return () => unsubscribe(created, look);
}

function sessionOf(message: unknown): Http2Session | undefined {
  return isOfStream(message) ? message.stream.session : undefined;
}

/** What Node documents for the channel. */
function isOfStream(message: unknown): message is { readonly stream: ServerHttp2Stream } {
  return typeof message === 'object' && message !== null && 'stream' in message;
}

function mend(headers: Record<string, string | string[] | undefined>, rawHeaders: readonly string[]): void {
  const credentials = rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1] === 'authorization');
  // grpc-js leaves out what has other characters, and the call would count as one without a key.
  if (credentials.length > 0) {
    headers['authorization'] = credentials.map((value) => value.replace(/[^\x20-\x7e]/g, '?'));
  }
  const { 'grpc-timeout': timeout } = headers;
  const [, amount, unit] = /^(\d{1,8})([HMS])$/.exec(String(timeout)) ?? [];
  if (unit !== 'H' && unit !== 'M' && unit !== 'S') return;
  if (Number(amount) * unitsMs[unit] > delayMaxMs) headers['grpc-timeout'] = `${Math.floor(delayMaxMs / 1_000)}S`;
}
