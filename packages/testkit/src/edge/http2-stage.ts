import { once } from 'node:events';
import {
  connect,
  constants,
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http2';
import type { Edge, EdgeOptions } from '@cluster-ai/platform/edge/edge.ts';
import type { HandlerState } from './test-handler.ts';

/** An edge that runs the test handler, and clients for it. */
export interface Http2Stage {
  readonly edge: Edge;
  readonly state: HandlerState;
  readonly client: () => Promise<Http2Client>;
}

/** Starts an edge with the suite's limits, some of them changed. What a test leaves open is closed after it. */
export type StartHttp2 = (changed?: Partial<EdgeOptions>) => Promise<Http2Stage>;

/** An answer over HTTP/2. */
export interface Http2Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly trailers: IncomingHttpHeaders;
}

const waitMsMax = 20_000;

/** One connection of node:http2, whose requests are read whole or left alone. */
export class Http2Client {
  readonly session: ClientHttp2Session;
  private ended = false;

  private constructor(session: ClientHttp2Session) {
    this.session = session;
    session.on('error', () => session.destroy());
    session.on('close', () => (this.ended = true));
  }

  /** @param ca speaks TLS, and trusts this certificate. */
  static async connect(port: number, ca?: string): Promise<Http2Client> {
    const session = connect(`${ca === undefined ? 'http' : 'https'}://localhost:${port}`, {
      ...(ca === undefined ? {} : { ca }),
      // Names of this machine may be asked for IPv6 first.
      lookup: (_name, _options, done) => done(null, [{ address: '127.0.0.1', family: 4 }]),
      settings: { initialWindowSize: 65_535 },
    });
    const refused = once(session, 'error').then(([error]: unknown[]) => {
      throw error;
    });
    await Promise.race([once(session, 'connect'), refused]);
    refused.catch(() => undefined);
    return new Http2Client(session);
  }

  /** Begins a request and leaves it open. */
  open(path: string, headers: OutgoingHttpHeaders = {}): ClientHttp2Stream {
    const stream = this.session.request({ ':path': path, ':method': 'POST', ...headers }, { endStream: false });
    stream.on('error', () => undefined);
    return stream;
  }

  /** Sends a whole request. */
  request(
    path: string,
    headers: OutgoingHttpHeaders = {},
    body: string | Uint8Array | null = null,
  ): Promise<Http2Answer> {
    const hasBody = body !== null;
    const method = hasBody ? 'POST' : 'GET';
    const stream = this.session.request({ ':path': path, ':method': method, ...headers }, { endStream: !hasBody });
    if (hasBody) stream.end(body);
    return answerOn(stream);
  }

  /** Resolves when the connection is closed, by whichever end. */
  async closed(): Promise<void> {
    if (!this.ended) await within(once(this.session, 'close'), 'the connection to be closed');
  }

  destroy(): void {
    this.session.destroy();
  }
}

/** Reads the answer on a stream. @throws Error with the code of HTTP/2 when it is reset before its end. */
export async function answerOn(stream: ClientHttp2Stream): Promise<Http2Answer> {
  const chunks: Buffer[] = [];
  let headers: IncomingHttpHeaders & { ':status'?: number } = {};
  let trailers: IncomingHttpHeaders = {};
  stream.on('response', (received) => (headers = received));
  stream.on('trailers', (received) => (trailers = received));
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  stream.on('error', () => undefined);
  let isWhole = false;
  stream.on('end', () => (isWhole = true));
  const ended = new Promise<void>((resolve, reject) => {
    stream.once('close', () => {
      if (isWhole && stream.rstCode === constants.NGHTTP2_NO_ERROR && headers[':status'] !== undefined) resolve();
      else reject(new Error(`no whole answer: ${nameOf(stream.rstCode)}`));
    });
  });
  stream.resume();
  await within(ended, 'an answer');
  return { status: Number(headers[':status']), headers, body: Buffer.concat(chunks), trailers };
}

/** RFC 9113, section 7: their numbers are their places. */
const errorNames = [
  'NO_ERROR',
  'PROTOCOL_ERROR',
  'INTERNAL_ERROR',
  'FLOW_CONTROL_ERROR',
  'SETTINGS_TIMEOUT',
  'STREAM_CLOSED',
  'FRAME_SIZE_ERROR',
  'REFUSED_STREAM',
  'CANCEL',
  'COMPRESSION_ERROR',
  'CONNECT_ERROR',
  'ENHANCE_YOUR_CALM',
];

function nameOf(code: number | undefined): string {
  return errorNames[code ?? 0] ?? String(code);
}

async function within<T>(promise: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${waitMsMax} ms for ${what}`)), waitMsMax);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
