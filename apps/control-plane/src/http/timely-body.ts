import { PassThrough } from 'node:stream';
import type { Readable } from 'node:stream';
import { ClusterError } from '@cluster-ai/core/errors.ts';

/**
 * The body of a request that must arrive whole in time: without that, a client that sends a byte now and then holds a
 * connection for as long as it likes.
 * @returns a stream that ends as the body does, or with ClusterError REQUEST_TIMEOUT or CANCELLED.
 */
export function timelyBody(payload: Readable, timeoutMs: number): Readable {
  const body = new PassThrough();
  const timer = setTimeout(() => {
    body.destroy(new ClusterError('REQUEST_TIMEOUT', 'the body of the request did not arrive whole in time'));
  }, timeoutMs);
  // Whoever reads hears of it; where nobody reads any more, an error nobody hears of would end the process.
  body.on('error', () => undefined);
  payload.once('end', () => clearTimeout(timer));
  payload.once('error', (cause) => body.destroy(gone(cause)));
  payload.once('close', () => {
    if (!payload.readableEnded) body.destroy(gone());
  });
  body.once('close', () => {
    clearTimeout(timer);
    payload.unpipe(body);
  });
  return payload.pipe(body);
}

function gone(cause?: unknown): ClusterError {
  return new ClusterError('CANCELLED', 'the client went away before its request was complete', { cause });
}
