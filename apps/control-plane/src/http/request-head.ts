import type { IncomingMessage } from 'node:http';
import { ClusterError } from '@cluster-ai/core/errors.ts';

/** Headers of a request at most: each costs more than its bytes. */
const headersMax = 1_000;

/**
 * Refuses what a proxy in front may have read in another way than Node does: no `Host` or several, several
 * `Authorization` (Node shows the first alone), a transfer encoding that nobody here undoes; and too many headers.
 * @throws ClusterError INVALID_ARGUMENT, UNAUTHENTICATED, UNSUPPORTED or HEADER_TOO_LARGE.
 */
export function assertHead({ rawHeaders, httpVersion, headers }: IncomingMessage): void {
  if (rawHeaders.length > 2 * headersMax) {
    throw new ClusterError('HEADER_TOO_LARGE', `the request has more than ${headersMax} headers`);
  }
  const hosts = timesSent('host', rawHeaders);
  if (hosts > 1 || (hosts === 0 && httpVersion === '1.1')) {
    throw new ClusterError('INVALID_ARGUMENT', `a request needs one Host header; this one has ${hosts}`);
  }
  const credentials = timesSent('authorization', rawHeaders);
  if (credentials > 1) {
    throw new ClusterError('UNAUTHENTICATED', `the Authorization header was sent ${credentials} times`);
  }
  const encoding = headers['transfer-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'chunked') {
    throw new ClusterError(
      'UNSUPPORTED',
      `transfer encoding '${encoding.slice(0, 40)}' is not supported; send chunked alone`,
    );
  }
}

function timesSent(name: string, rawHeaders: readonly string[]): number {
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    if (rawHeaders[index]?.toLowerCase() === name) count += 1;
  }
  return count;
}
