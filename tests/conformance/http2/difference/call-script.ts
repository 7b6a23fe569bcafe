import { deflateSync, gzipSync } from 'node:zlib';
import { encodeHeaders } from '@cluster-ai/platform/edge/http2/hpack/encode-headers.ts';
import { flags, frameTypes } from '@cluster-ai/platform/edge/http2/protocol.ts';
import { frameOf, uint32 } from '@cluster-ai/testkit/edge/raw-http2.ts';
import fc from 'fast-check';

/** Messages that are larger are refused by both servers. */
export const messageBytesMax = 2_000;

export const paths = ['/test.Test/Echo', '/test.Test/Stream', '/test.Test/Refuse'];

const message = fc.record({
  size: fc.oneof(fc.nat({ max: 300 }), fc.constantFrom(messageBytesMax, messageBytesMax + 1)),
  form: fc.constantFrom('plain', 'plain', 'plain', 'gzip', 'deflate', 'broken', 'flag 2'),
});

const call = fc.record({
  path: fc.constantFrom(...paths, ...paths, '/test.Test/Nope'),
  contentType: fc.constantFrom('application/grpc', 'application/grpc', 'application/grpc+proto', 'text/plain', null),
  timeout: fc.constantFrom(null, null, '20S', '3M', '99999999H', '', '5', 'S', '20 S'),
  encoding: fc.constantFrom(null, 'identity', 'gzip', 'deflate', 'snappy'),
  metadata: fc.array(
    fc.tuple(
      fc.constantFrom<string>('authorization', 'x-a', 'x-a', 'x~b', 'x-c-bin', 'cookie'),
      fc.constantFrom<string>('', 'one', 'two, three', 'Bearer k', 'AAEC', 'é', 'a\tb'),
    ),
    { maxLength: 4 },
  ),
  trouble: fc.oneof(
    { weight: 9, arbitrary: fc.constant(null) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('upper case', 'connection', 'no path', 'late pseudo', 'two paths', 'te', 'length'),
    },
  ),
  messages: fc.array(message, { maxLength: 3 }),
  /** Bytes of one more message, which is never whole. */
  rest: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 9 }) }),
  end: fc.constantFrom('with data', 'with data', 'empty data', 'trailers', 'reset'),
  frameBytes: fc.constantFrom(1, 5, 6, 100, 16_384),
  padding: fc.constantFrom(null, null, 0, 3, 255),
});

const noise = fc.constantFrom(
  frameOf(frameTypes.ping, 0, 0, Buffer.from('12345678')),
  frameOf(frameTypes.priority, 0, 1, Buffer.of(0, 0, 0, 3, 7)),
  frameOf(frameTypes.windowUpdate, 0, 0, uint32(5)),
  frameOf(frameTypes.settings, 0, 0),
  frameOf(0x77, 0xff, 0, Buffer.from('unknown')),
);

/**
 * What a connection's window holds in the beginning (RFC 9113, 6.9.2). Whoever sends more without waiting breaks the
 * protocol, or does not, depending on how soon the server has read what came before: no two servers need be alike.
 */
const windowBytes = 65_535;

const anyScript = fc.record({
  calls: fc.array(call, { minLength: 1, maxLength: 3 }),
  noise: fc.array(fc.tuple(fc.nat({ max: 30 }), noise), { maxLength: 4 }),
  /** Lengths of the pieces in which it is sent. */
  cuts: fc.array(fc.integer({ min: 1, max: 500 }), { maxLength: 3 }),
});

export type Script = typeof anyScript extends fc.Arbitrary<infer Made> ? Made : never;

/** One connection: what its calls are, and between which frames other frames come. */
export const script = anyScript.filter((one) => bytesOf(one).length <= windowBytes);

type Call = Script['calls'][number];

/** What is sent, after preface and settings. */
export function bytesOf({ calls, noise: between }: Script): Buffer {
  const frames = calls.flatMap((one, index) => framesOf(one, 1 + 2 * index));
  for (const [at, frame] of between) frames.splice(Math.min(at, frames.length), 0, frame);
  return Buffer.concat(frames);
}

function framesOf(one: Call, streamId: number): Buffer[] {
  const body = Buffer.concat([...one.messages.map(framed), Buffer.alloc(one.rest)]);
  const block = headerBlock(one, body.length);
  const frames = [frameOf(frameTypes.headers, flags.endHeaders, streamId, block)];
  for (let at = 0; at < body.length; at += one.frameBytes) {
    const part = body.subarray(at, at + one.frameBytes);
    const isLast = one.end === 'with data' && at + one.frameBytes >= body.length;
    frames.push(dataFrame(part, one.padding, streamId, isLast ? flags.endStream : 0));
  }
  if (one.end === 'empty data' || (one.end === 'with data' && body.length === 0)) {
    frames.push(dataFrame(Buffer.alloc(0), null, streamId, flags.endStream));
  }
  if (one.end === 'trailers') {
    const trailers = encodeHeaders([['x-last', 'word']]);
    frames.push(frameOf(frameTypes.headers, flags.endHeaders | flags.endStream, streamId, trailers));
  }
  if (one.end === 'reset') frames.push(frameOf(frameTypes.rstStream, 0, streamId, uint32(8)));
  return frames;
}

function dataFrame(part: Uint8Array, padding: number | null, streamId: number, bits: number): Buffer {
  if (padding === null) return frameOf(frameTypes.data, bits, streamId, part);
  const padded = Buffer.concat([Buffer.of(padding), part, Buffer.alloc(padding)]);
  return frameOf(frameTypes.data, bits | flags.padded, streamId, padded);
}

function framed({ size, form }: Call['messages'][number]): Buffer {
  const bytes = packed(Buffer.alloc(size, 'm'), form);
  const head = Buffer.of(form === 'plain' ? 0 : form === 'flag 2' ? 2 : 1, 0, 0, 0, 0);
  head.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}

function packed(text: Buffer, form: string): Buffer {
  if (form === 'gzip') return gzipSync(text);
  return form === 'deflate' ? deflateSync(text) : text;
}

function headerBlock({ path, contentType, timeout, encoding, metadata, trouble }: Call, length: number): Uint8Array {
  const headers: (readonly [string, string])[] = [
    [':method', 'POST'],
    [':scheme', 'http'],
  ];
  if (trouble !== 'no path') headers.push([':path', path]);
  if (trouble === 'two paths') headers.push([':path', path]);
  if (trouble !== 'late pseudo') headers.push([':authority', 'localhost']);
  headers.push(['te', trouble === 'te' ? 'gzip' : 'trailers']);
  if (contentType !== null) headers.push(['content-type', contentType]);
  if (timeout !== null) headers.push(['grpc-timeout', timeout]);
  if (encoding !== null) headers.push(['grpc-encoding', encoding]);
  if (trouble === 'upper case') headers.push(['X-Upper', 'case']);
  if (trouble === 'connection') headers.push(['connection', 'close']);
  if (trouble === 'late pseudo') headers.push([':authority', 'localhost']);
  if (trouble === 'length') headers.push(['content-length', String(length + 1)]);
  return encodeHeaders([...headers, ...metadata]);
}
