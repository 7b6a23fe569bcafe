import type { Headers } from '../edge.ts';
import { encodeHeaders } from '../http2/hpack/encode-headers.ts';
import type { RpcCode, RpcStatus } from '../rpc-edge.ts';

/** Numbers of the codes: their place here. */
const codes: readonly RpcCode[] = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
];

const answerHeaders: Headers = [
  [':status', '200'],
  ['content-type', 'application/grpc+proto'],
  ['grpc-accept-encoding', 'identity,deflate,gzip'],
];

/** Before the first message of every answer. */
export const answerBlock = encodeHeaders(answerHeaders);

/** After the last message of an answer that is right and says nothing else. */
const okBlock = encodeHeaders([['grpc-status', '0']]);

/** To requests that are none of gRPC. */
export const notGrpcBlock = encodeHeaders([[':status', '415']]);

/** @param alone no message came before: status and headers are one ("Trailers-Only"). */
export function statusBlock({ code, message }: RpcStatus, trailers: Headers, alone: boolean): Uint8Array {
  if (!alone && code === 'OK' && message === '' && trailers.length === 0) return okBlock;
  const text: Headers = message === '' ? [] : [['grpc-message', percentEncode(message)]];
  return encodeHeaders([
    ...(alone ? answerHeaders : []),
    ['grpc-status', String(codes.indexOf(code))],
    ...text,
    ...trailers,
  ]);
}

/** `Percent-Encoded` of gRPC over HTTP/2: printable ASCII stands for itself, but not the percent sign. */
function percentEncode(text: string): string {
  // A half of a surrogate pair has no bytes.
  return text
    .toWellFormed()
    .replace(/[^\x20-\x24\x26-\x7e]+/g, (run) =>
      Array.from(Buffer.from(run), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
    );
}
