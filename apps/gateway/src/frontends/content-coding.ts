import { constants, createGunzip, createInflate, deflate, gzip } from 'node:zlib';
import { ClusterError, toClusterError } from '@cluster-ai/core/errors.ts';
import type { Call, Headers, Reply } from '@cluster-ai/platform/edge/edge.ts';

/** The content codings that are read and written. */
const contentCodings = ['gzip', 'deflate'] as const;

type ContentCoding = (typeof contentCodings)[number];

/** Smaller answers go as they are: packing takes a thread for longer than sending what it would save. */
const packedFromBytes = 1_024;

/** Headers that speak of the bytes on the wire, not of the body that they hold. */
const wireHeaders: ReadonlySet<string> = new Set(['content-encoding', 'content-length']);

/**
 * A call whose body is unpacked while it is read.
 * @param bodyBytesMax holds for what comes out: a small body must not become a large one.
 * @returns the call itself when its body is not packed. Reading its body rejects with ClusterError UNSUPPORTED for a coding
 * that is not read, or more than one, before any of it is waited for.
 */
export function unpacked(call: Call, bodyBytesMax: number): Call {
  const encoding = encodingOf(call);
  if (encoding === 'identity') return call;
  const headers = call.headers.filter(([name]) => !wireHeaders.has(name));
  return {
    method: call.method,
    rawPath: call.rawPath,
    headers,
    header: (name) => (wireHeaders.has(name) ? null : call.header(name)),
    remoteAddress: call.remoteAddress,
    localAddress: call.localAddress,
    listenerId: call.listenerId,
    timeoutMs: call.timeoutMs ?? null,
    onCancel: (listener) => call.onCancel(listener),
    body: async (onBytes = () => undefined) => {
      const coding = knownCoding(encoding);
      return unpack(coding, await call.body(onBytes), bodyBytesMax, onBytes);
    },
  };
}

function encodingOf(call: Call): string {
  // Nearly every call has none, and need not be looked through.
  if (call.header('content-encoding') === null) return 'identity';
  // One after the other, each of them is an encoding of the body.
  const encodings = call.headers.filter(([name]) => name === 'content-encoding').map(([, value]) => value);
  return encodings.join(', ').toLowerCase() || 'identity';
}

function knownCoding(encoding: string): ContentCoding {
  const coding = contentCodings.find((known) => known === encoding);
  if (coding !== undefined) return coding;
  throw new UnknownContentCoding(encoding);
}

/** The body of a request is packed in a way that is not read here. */
export class UnknownContentCoding extends ClusterError {
  /** What the answer says in Accept-Encoding. */
  readonly known = contentCodings.join(', ');

  constructor(encoding: string) {
    super(
      'UNSUPPORTED',
      `content encoding '${encoding.slice(0, 40)}' is not supported; send one of ${contentCodings.join(', ')}, or the body as it is`,
    );
  }
}

/** Piece by piece, in a thread of its own: a body that unpacks to too much ends at the limit, not after it. */
function unpack(
  coding: ContentCoding,
  packed: Uint8Array,
  bodyBytesMax: number,
  onBytes: (bytes: number) => void,
): Promise<Uint8Array> {
  const stream = coding === 'gzip' ? createGunzip() : createInflate();
  const chunks: Buffer[] = [];
  let size = 0;
  return new Promise((resolve, reject) => {
    stream.on('data', (chunk: Buffer) => {
      size += chunk.byteLength;
      try {
        if (size > bodyBytesMax) throw tooLarge(bodyBytesMax);
        onBytes(chunk.byteLength);
        chunks.push(chunk);
      } catch (refusal) {
        stream.destroy();
        // A ClusterError: of the limit, or of whoever listens.
        reject(toClusterError(refusal));
      }
    });
    stream.once('end', () => resolve(Buffer.concat(chunks, size)));
    stream.once('error', (cause: NodeJS.ErrnoException) => {
      const message = `the request body is not valid ${coding} data (${cause.code ?? 'unknown'})`;
      reject(new ClusterError('INVALID_ARGUMENT', message, { cause }));
    });
    stream.end(packed);
  });
}

function tooLarge(bodyBytesMax: number): ClusterError {
  return new ClusterError(
    'BODY_TOO_LARGE',
    `the request body unpacks to more than ${bodyBytesMax} bytes, which is the most that is accepted`,
  );
}

/** A reply that is packed as the caller accepts it; the reply itself when the caller accepts nothing of the kind. */
export function packed(call: Call, reply: Reply): Reply {
  const coding = acceptedCoding(call.header('accept-encoding'));
  if (coding === null) return reply;
  return {
    send: (status, headers, body) => sendPacked(reply, coding, status, headers, body),
    start: (status, headers) => reply.start(status, headers),
    write: (chunk) => reply.write(chunk),
    drained: () => reply.drained(),
    end: (trailers) => reply.end(trailers),
  };
}

function sendPacked(
  reply: Reply,
  coding: ContentCoding,
  status: number,
  headers: Headers,
  body: Uint8Array | string,
): void {
  // Errors are short, and who looks for their words may not unpack.
  if (status >= 400 || body.length < packedFromBytes) return reply.send(status, headers, body);
  const pack = coding === 'gzip' ? gzip : deflate;
  pack(body, { level: constants.Z_BEST_SPEED }, (error, bytes) => {
    if (error !== null) reply.send(status, headers, body);
    else reply.send(status, [...headers, ['Content-Encoding', coding], ['Vary', 'Accept-Encoding']], bytes);
  });
}

/**
 * The coding of an Accept-Encoding that weighs most among those that are written here, of equal ones the first; null where
 * there is none, or where the body as it is weighs more.
 */
export function acceptedCoding(accepted: string | null): ContentCoding | null {
  if (accepted === null || accepted.length > 1_024) return null;
  let best: { readonly coding: ContentCoding | null; readonly weight: number } = { coding: null, weight: 0 };
  for (const part of accepted.toLowerCase().split(',')) {
    const [name = '', ...parameters] = part.split(';').map((piece) => piece.trim());
    const coding = name === 'identity' ? null : contentCodings.find((known) => known === name);
    const weight = weightOf(parameters);
    if (coding !== undefined && weight > best.weight) best = { coding, weight };
  }
  return best.coding;
}

/** What has a weight that is none is not accepted. */
function weightOf(parameters: readonly string[]): number {
  const given = parameters.find((parameter) => parameter.startsWith('q='));
  if (given === undefined) return 1;
  return /^q=(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(given) ? Number(given.slice(2)) : 0;
}
