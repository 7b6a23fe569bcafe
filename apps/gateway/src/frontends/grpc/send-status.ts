import { errorTable, type ClusterError } from '@cluster-ai/core/errors.ts';
import type { Headers } from '@cluster-ai/platform/edge/edge.ts';
import type { RpcReply, RpcStatus } from '@cluster-ai/platform/edge/rpc-edge.ts';

/** How a call without an end of its own ends when the listener closes. */
export const stopping: RpcStatus = { code: 'UNAVAILABLE', message: 'the server is stopping' };

/** Metadata at the end of an answer: the request id, and what is left of a key's limits. Names are in lower case. */
export function trailersOf(requestId: string, headers: Headers = []): Headers {
  return [['x-request-id', requestId], ...headers.map(([name, value]) => [name.toLowerCase(), value] as const)];
}

/** One message, and the end. */
export function sendMessage(reply: RpcReply, message: Uint8Array, trailers: Headers): void {
  reply.send(message);
  reply.end({ code: 'OK', message: '' }, trailers);
}

/** Ends a call with an error of the table; `retry-after` says when it may help to try again. */
export function sendError(reply: RpcReply, error: ClusterError, requestId: string, headers: Headers = []): void {
  const trailers = [...trailersOf(requestId, headers)];
  if (error.retryAfterSeconds !== undefined) trailers.push(['retry-after', String(error.retryAfterSeconds)]);
  reply.end({ code: errorTable[error.code].grpc, message: error.message }, trailers);
}
